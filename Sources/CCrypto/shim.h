/* OpenSSL's message digests: the SHA-256 of every input file goes into a manifest, and a checkpoint
   is large enough for the hardware-accelerated implementation to matter. */
#pragma once
#include <openssl/evp.h>
