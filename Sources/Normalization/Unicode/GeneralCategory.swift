/// Unicode's general categories, in the order in which `RegularExpressionTables` numbers them.
enum GeneralCategory: UInt8, CaseIterable {
  case lu, ll, lt, lm, lo, mn, mc, me, nd, nl, no, pc, pd, ps, pe, pi, pf, po, sm, sc, sk, so
  case zs, zl, zp, cc, cf, co, cn

  /// All code points in runs of one category, as Oniguruma has them (Unicode 16).
  static let runs: [(range: ClosedRange<UInt32>, category: GeneralCategory)] = {
    let table = RegularExpressionTables.categories
    return table.indices.map { index in
      let end = index + 1 < table.count ? table[index + 1] >> 8 : 0x110000
      let category = GeneralCategory(rawValue: UInt8(truncatingIfNeeded: table[index])) ?? .cn
      return (range: (table[index] >> 8)...(end - 1), category: category)
    }
  }()
}
