import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Holds a written transplant to its base, its donor and its own manifest.
///
/// Everything is read anew from the three directories; matrices are rebuilt one element at a time in
/// `Double` from what graft.json says.
struct TransplantOracle {
  let base: ModelDirectory
  let donor: ModelDirectory
  let out: ModelDirectory
  let manifest: JSON

  init(base: String, donor: String, out: String) throws {
    self.base = try ModelDirectory(base)
    self.donor = try ModelDirectory(donor)
    self.out = try ModelDirectory(out)
    manifest = try JSON(parsing: FileSystem.read(out + "/graft.json"), source: "graft.json")
  }

  /// The names of the base's tensors with one row per token.
  var vocabularyTensors: [String] {
    let tensors = base.vocabularyTensors
    return [tensors.input.name] + [tensors.output?.name, tensors.tiedCopy].compactMap { $0 }
      + tensors.inputCopies + tensors.biases.map(\.name)
  }

  /// All checks that hold for every transplant.
  func check(rows: Int? = nil) throws {
    try checkUntouchedTensors()
    try checkTokenizerFiles()
    try checkHashes()
    try checkMatrices()
    #expect(out.vocabulary.ids == donor.vocabulary.ids)
    #expect(out.configVocabularySize == out.vocabularyTensors.rows)
    if let rows { #expect(out.vocabularyTensors.rows == rows) }
    #expect(manifest["rows"]?.int == out.vocabularyTensors.rows)
    #expect(out.vocabularyTensors.isTied == base.vocabularyTensors.isTied)
    #expect(out.vocabularyTensors.tiedCopy == base.vocabularyTensors.tiedCopy)
  }

  // MARK: Weights

  private func checkUntouchedTensors() throws {
    #expect(out.checkpoint.shards.map(\.name) == base.checkpoint.shards.map(\.name))
    #expect(out.checkpoint.tensorNames == base.checkpoint.tensorNames)
    for (old, new) in zip(base.checkpoint.shards, out.checkpoint.shards) {
      #expect(old.file.metadata.map(\.key) == new.file.metadata.map(\.key))
      #expect(old.file.metadata.map(\.value) == new.file.metadata.map(\.value))
      for tensor in old.file.tensors {
        guard let other = new.file[tensor.name] else { continue }
        #expect(other.elementType == tensor.elementType)
        if vocabularyTensors.contains(tensor.name) { continue }
        #expect(other.shape == tensor.shape)
        let isEqual = old.file.withBytes(of: tensor) { left in
          new.file.withBytes(of: other) { right in left.elementsEqual(right) }
        }
        #expect(isEqual, "\(tensor.name)")
      }
    }
  }

  private func checkMatrices() throws {
    let matrices = Array(try manifest.required("matrices").elements)
    let tensors = base.vocabularyTensors
    #expect(
      matrices.map { $0["tensor"]?.string }
        == [tensors.input.name] + (tensors.output.map { [$0.name] } ?? []))
    #expect(
      matrices.compactMap { $0["role"]?.string }
        == Array(["input", "output"].prefix(matrices.count)))
    #expect(matrices[0]["copy"]?.string == tensors.tiedCopy)
    for matrix in matrices {
      try check(matrix, tensor: matrix.string("tensor"))
    }
    if let copy = tensors.tiedCopy {
      try check(matrices[0], tensor: copy, origin: tensors.input.name)
    }
    for copy in tensors.inputCopies {
      try check(matrices[0], tensor: copy, origin: tensors.input.name)
    }
    let biases = Array(try manifest.required("biases").elements).compactMap(\.string)
    #expect(biases == tensors.biases.map(\.name))
    for bias in biases { try check(matrices[matrices.count - 1], tensor: bias) }
  }

  /// One row per token, where a tensor is stored as a single row.
  private func column(_ matrix: MatrixView) -> MatrixView {
    matrix.rows == 1 ? matrix.asColumn : matrix
  }

  /// Every row of a tensor is what the manifest says of it.
  private func check(_ matrix: JSON, tensor: String, origin: String? = nil) throws {
    let old = try column(base.checkpoint.matrix(origin ?? tensor))
    let new = try column(out.checkpoint.matrix(tensor))
    let rows = Array(try matrix.required("rows").elements)
    #expect(rows.count == new.rows)
    let anchors = Array(try matrix.required("dictionary").elements).map { pair in
      Array(pair.elements).compactMap(\.int)
    }
    let mean = self.mean(of: anchors.map { $0[1] }, in: old)
    var wrong: [String] = []
    for (index, row) in rows.enumerated() {
      switch row["from"]?.string {
      case "base":
        let id = try row.int("id", in: 0...(old.rows - 1))
        if old.rowBytes(id) != new.rowBytes(index) { wrong.append("\(index): not row \(id)") }
      case "mean", "padding":
        if (row["from"]?.string == "padding")
          != (donor.vocabulary.spelling(of: TokenID(index)) == nil)
        {
          wrong.append("\(index): \(String(decoding: row.text, as: UTF8.self))")
        }
        if !isRounded(new, index, mean, slack: mean.map { abs($0) }) {
          wrong.append("\(index): mean")
        }
      case "omp":
        let ids = Array(try row.required("anchors").elements).compactMap(\.int)
        let coefficients = Array(try row.required("coefficients").elements).compactMap(\.double)
        #expect(ids.count == coefficients.count && !ids.isEmpty)
        #expect(Set(ids).isSubset(of: anchors.map { $0[1] }))
        #expect((row["residual"]?.double ?? -1) >= 0)
        let (sum, slack) = combine(ids, coefficients, of: old)
        if !isRounded(new, index, sum, slack: slack) { wrong.append("\(index): combination") }
      default: wrong.append("\(index): \(String(decoding: row.text, as: UTF8.self))")
      }
    }
    #expect(wrong.isEmpty, "\(tensor)")
  }

  private func mean(of ids: [Int], in matrix: MatrixView) -> [Double] {
    var sum = [Double](repeating: 0, count: matrix.columns)
    for id in ids {
      for (column, value) in matrix.row(id).enumerated() { sum[column] += Double(value) }
    }
    return sum.map { $0 / Double(ids.count) }
  }

  /// The weighted sum, and the sum of the terms' magnitudes, to which rounding errors are relative.
  private func combine(
    _ ids: [Int], _ coefficients: [Double], of matrix: MatrixView
  ) -> (sum: [Double], slack: [Double]) {
    var sum = [Double](repeating: 0, count: matrix.columns)
    var slack = sum
    for (id, coefficient) in zip(ids, coefficients) {
      for (column, value) in matrix.row(id).enumerated() {
        sum[column] += coefficient * Double(value)
        slack[column] += abs(coefficient * Double(value))
      }
    }
    return (sum, slack)
  }

  /// Whether a row is `expected` but for rounding in `Float` and to the element type.
  private func isRounded(
    _ matrix: MatrixView, _ row: Int, _ expected: [Double], slack: [Double]
  ) -> Bool {
    let (unit, smallest): (Double, Double) =
      switch matrix.elementType {
      case .bfloat16: (0x1p-8, 0x1p-133)
      case .float16: (0x1p-11, 0x1p-24)
      default: (0x1p-24, 0x1p-149)
      }
    return zip(matrix.row(row), zip(expected, slack)).allSatisfy { value, wanted in
      let (expected, slack) = wanted
      return abs(Double(value) - expected) <= 1.01 * unit * abs(expected) + 0x1p-19 * slack
        + smallest
    }
  }

  // MARK: Files

  private func checkTokenizerFiles() throws {
    let names = try FileSystem.names(inDirectory: donor.path)
      .filter(ModelDirectory.isTokenizerFile)
    #expect(
      try FileSystem.names(inDirectory: out.path).filter(ModelDirectory.isTokenizerFile) == names)
    for name in names {
      #expect(try FileSystem.read(donor.path(name)) == FileSystem.read(out.path(name)), "\(name)")
    }
  }

  private func checkHashes() throws {
    for (key, model) in [("base", base), ("donor", donor)] {
      let hashes = try manifest.required(key).required("sha256")
      let names = Array(hashes.members).compactMap(\.key.string)
      #expect(names.contains("config.json") && names.contains("tokenizer.json"))
      for shard in model.checkpoint.shards { #expect(names.contains(shard.name)) }
      let result = try ChildProcess.run(["sha256sum"] + names.map { model.path($0) })
      let expected = result.lines.map { String($0.prefix(64)) }
      #expect(Array(hashes.members).compactMap(\.value.string) == expected)
    }
  }
}
