/// The names by which methods are asked for.
///
/// A name may carry numbers (`omp-c8`, `knn-4`), and names joined by `+` are the average of their rows
/// (`last+omp-c8`).
public enum MethodNotation {
  /// The method that `text` names.
  ///
  /// - Parameter memoryBudget: the working memory that a pursuit may use, in bytes.
  /// - Throws: `MethodError.unknownMethod`.
  public static func method(
    _ text: String, memoryBudget: Int = 4 << 30
  ) throws(MethodError) -> any EmbeddingMethod {
    let names = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    var parts: [any EmbeddingMethod] = []
    for name in names {
      guard let part = single(name, memoryBudget) else { throw .unknownMethod(name) }
      parts.append(part)
    }
    return parts.count == 1 ? parts[0] : Blend(parts)
  }

  static let donorFreeExamples = "fvt, weighted, first, last, ngram, hypernet, mean, zero, normal"
  static let examples =
    "omp-8, omp-r8 (mergekit's selection), omp-c8 (centred), ridge-omp-8, ridge, procrustes, "
    + "relative, analogy, knn-8, focus, clp, " + donorFreeExamples

  private static func single(_ name: String, _ memoryBudget: Int) -> (any EmbeddingMethod)? {
    if let weights = PieceRows.Weights(rawValue: name) { return PieceRows(weights) }
    if let constant = ConstantRows(rawValue: name) { return constant }
    switch name {
    case "ridge": return RidgeTransfer()
    case "procrustes": return ProcrustesTransfer()
    case "relative": return RelativeTransfer()
    case "analogy": return AnalogyTransfer()
    case "ngram": return NGramRows()
    case "hypernet": return HypernetworkRows()
    case "focus": return SimilarityTransfer(.focus(sharpness: 1))
    case "clp": return SimilarityTransfer(.proportional)
    default: break
    }
    if let count = number(name, after: "knn-") { return SimilarityTransfer(.nearest(count)) }
    if let count = number(name, after: "ngram-") { return NGramRows(bucketCount: count) }
    if let sharpness = number(name, after: "focus-") {
      return SimilarityTransfer(.focus(sharpness: Float(sharpness)))
    }
    if name.hasPrefix("ridge-"), let penalty = Double(name.dropFirst(6)), penalty > 0 {
      return RidgeTransfer(penalty: penalty)
    }
    return pursuit(name, memoryBudget)
  }

  private static func pursuit(_ name: String, _ memoryBudget: Int) -> SparseTransplant? {
    let forms: [(String, SparseTransplant.Frame, OrthogonalMatchingPursuit.Selection)] = [
      ("omp-cr", .centered, .mergekit), ("omp-c", .centered, .normalized),
      ("omp-r", .asStored, .mergekit), ("omp-", .asStored, .normalized),
      ("ridge-omp-r", .ridgeResidual, .mergekit), ("ridge-omp-", .ridgeResidual, .normalized),
    ]
    for (prefix, frame, selection) in forms {
      guard let sparsity = number(name, after: prefix) else { continue }
      return SparseTransplant(
        .init(sparsity: sparsity, selection: selection, memoryBudget: memoryBudget), frame: frame)
    }
    return nil
  }

  /// The positive number that follows `prefix` and ends the name.
  private static func number(_ name: String, after prefix: String) -> Int? {
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), number > 0,
      !name.dropFirst(prefix.count).hasPrefix("+")
    else { return nil }
    return number
  }
}
