/* Floats as 16-bit integers, for one instruction set. */

TARGET static void NAME(quantize)(const float *source, const float *scales, float scale, long count,
                                  int16_t *target) {
  /* Adding and taking off 1.5 * 2^23 leaves the nearest integer. */
  const float magic = 12582912;
  long c = 0;
  for (; c + LANES <= count; c += LANES) {
    NAME(floats) value = FLOATS_AT(source + c) * scale * FLOATS_AT(scales + c);
    value = __builtin_elementwise_max(__builtin_elementwise_min(value, (NAME(floats)){0} + 32767),
                                      (NAME(floats)){0} - 32767);
    value = (value + magic) - magic;
    NAME(ints) whole = __builtin_convertvector(value, NAME(ints));
    *(NAME(shorts) *)(target + c) = __builtin_convertvector(whole, NAME(shorts));
  }
  for (; c < count; c++) {
    float value = source[c] * scale * scales[c];
    value = value > 32767 ? 32767 : value < -32767 ? -32767 : value;
    target[c] = (int16_t)((value + magic) - magic);
  }
}

/* A number in 0..<1 for each of 2^32 numbers (the finalizer of MurmurHash3, of which 24 bits are taken). */
TARGET static inline NAME(floats) NAME(uniform)(NAME(bits) numbers) {
  numbers ^= numbers >> 16;
  numbers *= 0x85EBCA6B;
  numbers ^= numbers >> 13;
  numbers *= 0xC2B2AE35;
  numbers ^= numbers >> 16;
  return __builtin_convertvector((NAME(ints))(numbers >> 8), NAME(floats)) * 0x1p-24f;
}

TARGET static void NAME(round)(const float *source, float scale, uint32_t number, long count, int16_t *target) {
  /* The same integers with every instruction set. */
#pragma STDC FP_CONTRACT OFF
  NAME(bits) numbers;
  for (int lane = 0; lane < LANES; lane++) numbers[lane] = number + lane;
  for (long c = 0; c < count; c += LANES, numbers += LANES) {
    const long rest = count - c;
    NAME(floats) value = {0};
    if (rest >= LANES)
      value = FLOATS_AT(source + c);
    else
      __builtin_memcpy(&value, source + c, 4 * rest);
    value = value * scale + NAME(uniform)(numbers);
    NAME(ints) whole = __builtin_convertvector(value, NAME(ints));
    /* A comparison that holds is -1. */
    whole += __builtin_convertvector(whole, NAME(floats)) > value;
    NAME(shorts) result = __builtin_convertvector(whole, NAME(shorts));
    if (rest >= LANES)
      *(NAME(shorts) *)(target + c) = result;
    else
      __builtin_memcpy(target + c, &result, 2 * rest);
  }
}
