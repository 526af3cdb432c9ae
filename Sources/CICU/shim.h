/* ICU renames every entry point with a version suffix through macros, which Swift cannot call.
   Each wrapper below gives one function its plain name back; there is no logic here. */
#pragma once
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

static inline const UNormalizer2 *icu_nfc(UErrorCode *e) { return unorm2_getNFCInstance(e); }
static inline const UNormalizer2 *icu_nfd(UErrorCode *e) { return unorm2_getNFDInstance(e); }
static inline const UNormalizer2 *icu_nfkc(UErrorCode *e) { return unorm2_getNFKCInstance(e); }
static inline const UNormalizer2 *icu_nfkd(UErrorCode *e) { return unorm2_getNFKDInstance(e); }

static inline int32_t icu_rawDecomposition(
    const UNormalizer2 *n, UChar32 c, UChar *out, int32_t capacity, UErrorCode *e) {
  return unorm2_getDecomposition(n, c, out, capacity, e);
}
static inline UChar32 icu_composePair(const UNormalizer2 *n, UChar32 a, UChar32 b) {
  return unorm2_composePair(n, a, b);
}
static inline uint8_t icu_combiningClass(const UNormalizer2 *n, UChar32 c) {
  return unorm2_getCombiningClass(n, c);
}

static inline int32_t icu_age(UChar32 c) {
  UVersionInfo version;
  u_charAge(c, version);
  return version[0];
}
static inline UChar32 icu_foldCase(UChar32 c) { return u_foldCase(c, U_FOLD_CASE_DEFAULT); }
static inline int8_t icu_generalCategory(UChar32 c) { return u_charType(c); }
static inline UBool icu_hasBinaryProperty(UChar32 c, UProperty p) {
  return u_hasBinaryProperty(c, p);
}
static inline int32_t icu_toLower(
    UChar *out, int32_t capacity, const UChar *in, int32_t count, UErrorCode *e) {
  return u_strToLower(out, capacity, in, count, "", e);
}

static inline URegularExpression *icu_regexOpen(
    const UChar *pattern, int32_t count, uint32_t flags, UParseError *p, UErrorCode *e) {
  return uregex_open(pattern, count, flags, p, e);
}
static inline URegularExpression *icu_regexClone(const URegularExpression *r, UErrorCode *e) {
  return uregex_clone(r, e);
}
static inline void icu_regexClose(URegularExpression *r) { uregex_close(r); }
static inline void icu_regexSetText(
    URegularExpression *r, const UChar *text, int32_t count, UErrorCode *e) {
  uregex_setText(r, text, count, e);
}
static inline void icu_regexSetTimeLimit(URegularExpression *r, int32_t limit, UErrorCode *e) {
  uregex_setTimeLimit(r, limit, e);
}
static inline void icu_regexSetStackLimit(URegularExpression *r, int32_t limit, UErrorCode *e) {
  uregex_setStackLimit(r, limit, e);
}
static inline UBool icu_regexFind(URegularExpression *r, int32_t start, UErrorCode *e) {
  return uregex_find(r, start, e);
}
static inline UBool icu_regexFindNext(URegularExpression *r, UErrorCode *e) {
  return uregex_findNext(r, e);
}
static inline int32_t icu_regexStart(URegularExpression *r, int32_t group, UErrorCode *e) {
  return uregex_start(r, group, e);
}
static inline int32_t icu_regexEnd(URegularExpression *r, int32_t group, UErrorCode *e) {
  return uregex_end(r, group, e);
}
static inline const char *icu_errorName(UErrorCode e) { return u_errorName(e); }
