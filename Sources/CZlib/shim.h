/* zlib, for tokenizer files that come compressed. inflateInit2 is a macro, which Swift cannot
   call. */
#pragma once
#include <zlib.h>

/* Prepares to read a gzip stream with the largest window. */
static inline int zlib_inflateInitGzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
