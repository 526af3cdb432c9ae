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

  static let format = 1

  func write(to path: String, progress: SurgeryProgress) throws {
    let file = try OutputFile(creating: path)
    try file.write("{\n\"format\":\(Self.format),\n\"graft\":\(JSONText.string(graftVersion)),\n")
    try file.write("\"operation\":\"\(transplant.operation)\",\n\"options\":\(options),\n")
    try file.write("\"base\":\(try describe(transplant.base, "base", progress)),\n")
    try file.write("\"donor\":\(try describe(transplant.target, progress)),\n")
    try file.write("\"rows\":\(transplant.rowCount),\n\"matrices\":[\n")
    for (index, matrix) in matrices.enumerated() {
      try write(matrix, to: file)
      try file.write(index + 1 < matrices.count ? ",\n" : "\n")
    }
    let biases = transplant.base.vocabularyTensors.biases.map { JSONText.string($0.name) }
    try file.write("],\n\"biases\":\(JSONText.list(biases))\n}\n")
    try file.finish()
  }

  private var options: String {
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
    members.append("\"seed\":\(transplant.options.seed)")
    if transplant.options.calibrationText != nil { members.append("\"calibrated\":true") }
    if transplant.unties { members.append("\"untied\":true") }
    switch transplant.options.rowCount {
    case .donor: break
    case .multiple(let multiple): members.append("\"padTo\":\(multiple)")
    case .exactly(let count): members.append("\"vocabularySize\":\(count)")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private func name(_ request: TransplantOptions.MethodRequest) -> String {
    switch request {
    case .automatic: "auto"
    case .method(let method): method.name
    }
  }

  /// What gave the tokenizer.
  private func describe(
    _ target: TransplantTarget, _ progress: SurgeryProgress
  ) throws -> String {
    if let model = target.model { return try describe(model, "donor", progress) }
    let name = JSONText.string(FileSystem.lastComponent(target.path))
    var members: [String] = []
    if case .copied(let directory, let names) = target.files {
      for name in names {
        let digest = try InputDigest.sha256(ofFile: directory + "/" + name) { _ in }
        members.append("\(JSONText.string(name)):\"\(digest)\"")
      }
    } else if FileSystem.isFile(target.path) {
      let digest = try InputDigest.sha256(ofFile: target.path) { _ in }
      members.append("\(name):\"\(digest)\"")
    }
    return "{\"name\":\(name),\"sha256\":{\(members.joined(separator: ","))}}"
  }

  /// A model by name and by the SHA-256 of every file that went into the result.
  private func describe(
    _ model: ModelDirectory, _ role: String, _ progress: SurgeryProgress
  ) throws -> String {
    let configs = ["config.json", "generation_config.json"].filter {
      FileSystem.isFile(model.path($0))
    }
    let weights = model.checkpoint.shards.map { (name: $0.name, size: $0.file.file.count) }
    let total = Double(max(weights.reduce(0) { $0 + $1.size }, 1))
    var done = 0
    var members: [String] = []
    for name in configs + model.tokenizerFiles + weights.map(\.name) {
      let digest = try InputDigest.sha256(ofFile: model.path(name)) { bytes in
        try progress("hashing the \(role)", min(Double(done + bytes) / total, 1))
      }
      done += weights.first { $0.name == name }?.size ?? 0
      members.append("\(JSONText.string(name)):\"\(digest)\"")
    }
    let name = JSONText.string(FileSystem.lastComponent(model.path))
    return "{\"name\":\(name),\"sha256\":{\(members.joined(separator: ","))}}"
  }

  private func write(_ matrix: RebuiltMatrix, to file: OutputFile) throws {
    let name = JSONText.string(matrix.base.name)
    try file.write("{\"tensor\":\(name),\"role\":\"\(matrix.role.rawValue)\",\n")
    if matrix.role == .input, let copy = transplant.base.vocabularyTensors.tiedCopy {
      try file.write("\"copy\":\(JSONText.string(copy)),\n")
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
