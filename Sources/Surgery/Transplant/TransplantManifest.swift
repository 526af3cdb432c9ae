internal import ByteIO
internal import Tensors
internal import Tokenization

/// `graft.json`: where every row of a transplanted model came from.
///
/// It is written as a stream, one row to a line. `format` is raised whenever a reader of the older
/// form would misread the newer one.
struct TransplantManifest {
  let transplant: Transplant
  let matrices: [RebuiltMatrix]
  let inputs: TransplantInputs

  static let format = 1

  func write(to path: String) throws {
    let file = try OutputFile(creating: path)
    try file.write("{\n\"format\":\(Self.format),\n\"graft\":\(JSONText.string(graftVersion)),\n")
    let options = Self.options(of: transplant)
    try file.write("\"operation\":\"\(transplant.operation)\",\n\"options\":\(options),\n")
    try file.write("\"base\":\(inputs.base),\n\"donor\":\(inputs.donor),\n")
    try file.write("\"rows\":\(transplant.rowCount),\n\"matrices\":[\n")
    for (index, matrix) in matrices.enumerated() {
      try write(matrix, to: file)
      try file.write(index + 1 < matrices.count ? ",\n" : "\n")
    }
    let biases = transplant.base.vocabularyTensors.biases.map { JSONText.string($0.name) }
    try file.write("],\n\"biases\":\(JSONText.list(biases))\n}\n")
    try file.finish()
  }

  /// What was asked for, as a JSON object.
  static func options(of transplant: Transplant) -> String {
    var members = ["\"method\":\(JSONText.string(name(transplant.options.input)))"]
    if !transplant.sharesOneMatrix {
      members.append("\"outputMethod\":\(JSONText.string(name(transplant.options.output)))")
    }
    if case .method(let method) = transplant.options.input,
      let omp = (method as? SparseTransplant)?.options
    {
      members.append("\"k\":\(omp.sparsity)")
      members.append("\"selection\":\"\(omp.selection == .mergekit ? "mergekit" : "normalized")\"")
      members.append("\"tolerance\":\(JSONText.number(omp.tolerance))")
    }
    if let limit = transplant.options.anchorLimit { members.append("\"anchorLimit\":\(limit)") }
    members.append("\"seed\":\(transplant.options.seed)")
    if let tokens = transplant.options.learningTokens {
      members.append("\"learningTokens\":\(tokens)")
    }
    if let text = transplant.options.vectorText {
      let names = text.paths.map { JSONText.string(FileSystem.lastComponent($0)) }
      members.append("\"vectorsFrom\":\(JSONText.list(names))")
    }
    if transplant.options.calibrationText != nil { members.append("\"calibrated\":true") }
    if let hypernetwork = transplant.options.hypernetwork {
      members.append(hypernetwork.description)
    }
    if transplant.unties { members.append("\"untied\":true") }
    switch transplant.options.rowCount {
    case .donor: break
    case .multiple(let multiple): members.append("\"padTo\":\(multiple)")
    case .exactly(let count): members.append("\"vocabularySize\":\(count)")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func name(_ request: TransplantOptions.MethodRequest) -> String {
    switch request {
    case .automatic: "auto"
    case .method(let method): method.name
    }
  }

  private func write(_ matrix: RebuiltMatrix, to file: OutputFile) throws {
    let name = JSONText.string(matrix.base.name)
    try file.write("{\"tensor\":\(name),\"role\":\"\(matrix.role.rawValue)\",\n")
    if matrix.role == .input, let copy = transplant.base.vocabularyTensors.tiedCopy {
      try file.write("\"copy\":\(JSONText.string(copy)),\n")
    }
    let copies = transplant.base.vocabularyTensors.inputCopies
    if matrix.role == .input, !copies.isEmpty {
      try file.write("\"copies\":\(JSONText.list(copies.map { JSONText.string($0) })),\n")
    }
    try file.write("\"method\":\(JSONText.string(matrix.method)),\n")
    for exception in matrix.selection?.exceptions ?? [] {
      try file.write(
        "\"method for \(exception.tokenClass.rawValue)\":\(JSONText.string(exception.method)),\n")
    }
    let dictionary = transplant.anchors.lazy.map { "[\($0.donor),\($0.base)]" }
    try file.write("\"dictionary\":\(JSONText.list(dictionary)),\n\"rows\":[\n")
    for (index, origin) in matrix.origins.enumerated() {
      try file.write(Self.describe(origin) + (index + 1 < matrix.origins.count ? ",\n" : "\n"))
    }
    try file.write("]}")
  }

  private static func describe(_ origin: RowOrigin) -> String {
    switch origin {
    case .base(let id): return "{\"from\":\"base\",\"id\":\(id)}"
    case .mean: return "{\"from\":\"mean\"}"
    case .padding: return "{\"from\":\"padding\"}"
    case .combination(let method, let ids, let coefficients, let residual):
      let end = residual.map { ",\"residual\":\(JSONText.number($0))}" } ?? "}"
      return "{\"from\":\(JSONText.string(method)),\"anchors\":\(list(ids)),"
        + "\"coefficients\":\(JSONText.list(coefficients.lazy.map { JSONText.number($0) }))" + end
    case .computed(let method, let pieces):
      let end = pieces.isEmpty ? "}" : ",\"pieces\":\(list(pieces))}"
      return "{\"from\":\(JSONText.string(method))" + end
    }
  }

  private static func list(_ ids: [TokenID]) -> String {
    JSONText.list(ids.lazy.map(String.init))
  }
}
