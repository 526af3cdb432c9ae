internal import ByteIO
internal import Hypernetworks
internal import Tensors
internal import Tokenization

/// What a transplant did, for people and programs.
public struct TransplantReport: Sendable {
  /// One of the two models.
  public struct Model: Sendable {
    public let path: String
    public let architecture: String
    public let tokens: Int
    public let dimension: Int
    public let isTied: Bool

    init(_ model: ModelDirectory) {
      path = model.path
      architecture = model.config["model_type"]?.string ?? ""
      tokens = model.vocabulary.ids.count
      dimension = model.vocabularyTensors.input.matrix.columns
      isTied = model.vocabularyTensors.isTied
    }
  }

  /// What became of one matrix.
  public struct Matrix: Sendable {
    public let tensor: String
    public let role: String
    public let rows: Int
    /// Rows that are the base's, bit for bit.
    public let copied: Int
    /// Rows that the method made.
    public let rebuilt: Int
    /// Rows of tokens for which the donor had nothing to go by.
    public let fallback: Int
    /// Rows that no token uses.
    public let padding: Int
    /// The method, or what was chosen.
    public let method: String
    /// How the method was chosen, when it was.
    public let selection: MethodSelection?
    /// What the rebuilt rows' sums leave of the donor's rows: the median and the 95th percentile.
    public let residual: (median: Double, p95: Double)?
    public let heldOut: HeldOutQuality?
  }

  public let base: Model
  /// The model whose tokenizer was taken; `nil` when there was only a tokenizer.
  public let donor: Model?
  /// Where the tokenizer was read from.
  public let tokenizer: String
  /// The number of its tokens.
  public let tokens: Int
  /// Donor tokens that correspond to a base token, by what made them correspond.
  public let sharedTokens: [VocabularyAlignment.Reason: Int]
  /// The shared tokens from which other rows were rebuilt.
  public let anchors: Int
  /// Base tokens that no donor token corresponds to.
  public let droppedTokens: Int
  /// Tokens with more pieces than the hypernetwork that made their rows reads.
  public let truncatedTokens: Int
  /// How many it reads; 0 when there is no hypernetwork.
  public let surfaceLength: Int
  /// The methods of the matrices, as `--method` takes them.
  public let method: String
  public let matrices: [Matrix]
  /// Where the new model stands; `nil` after a dry run.
  public let directory: String?
  /// The new model's files with their sizes in bytes.
  public let files: [(name: String, size: Int)]

  init(_ transplant: Transplant, _ rebuilt: [RebuiltMatrix], directory: String?) {
    base = Model(transplant.base)
    donor = transplant.donor.map { Model($0) }
    tokenizer = transplant.target.path
    tokens = transplant.target.vocabulary.ids.count
    sharedTokens = transplant.alignment.counts
    anchors = transplant.anchors.count
    let used = Set(transplant.alignment.matches.values.flatMap { [$0.base, $0.outputBase] })
    droppedTokens = transplant.base.vocabulary.ids.lazy.filter { !used.contains($0) }.count
    let methods = rebuilt.map(\.method)
    method = Set(methods).count == 1 ? methods[0] : methods.joined(separator: " / ")
    matrices = rebuilt.map(Matrix.init)
    let length = transplant.options.hypernetwork?.network.config.surfaceLength ?? 0
    surfaceLength = length
    truncatedTokens =
      length == 0 ? 0 : rebuilt.map { $0.count(ofPredictedBeyond: length) }.max() ?? 0
    self.directory = directory
    files = directory.map(Self.files) ?? []
  }
}

extension TransplantReport {
  /// The files of a new model with their sizes; a GGUF file is one itself.
  private static func files(of path: String) -> [(name: String, size: Int)] {
    if case .file(let size)? = FileSystem.kind(path) {
      return [(FileSystem.lastComponent(path), size)]
    }
    let names = (try? FileSystem.names(inDirectory: path)) ?? []
    return names.compactMap { name in
      guard case .file(let size)? = FileSystem.kind(path + "/" + name) else { return nil }
      return (name, size)
    }
  }
}

extension TransplantReport.Matrix {
  init(_ matrix: RebuiltMatrix) {
    var (copied, rebuilt, fallback, padding) = (0, 0, 0, 0)
    var residuals: [Double] = []
    for origin in matrix.origins {
      switch origin {
      case .base: copied += 1
      case .mean: fallback += 1
      case .padding: padding += 1
      case .computed: rebuilt += 1
      case .combination(_, _, _, let residual):
        rebuilt += 1
        if let residual { residuals.append(Double(residual)) }
      }
    }
    tensor = matrix.base.name
    role = matrix.role.rawValue
    rows = matrix.origins.count
    method = matrix.method
    selection = matrix.selection
    (self.copied, self.rebuilt, self.fallback, self.padding) = (copied, rebuilt, fallback, padding)
    residuals.sort()
    residual =
      residuals.isEmpty
      ? nil : (residuals[residuals.count / 2], residuals[residuals.count * 95 / 100])
    heldOut = matrix.heldOut
  }
}

// MARK: - JSON

extension TransplantReport {
  /// The report as one JSON object.
  public var json: String {
    let shared = [VocabularyAlignment.Reason.bytes, .role, .name, .derivation].map {
      "\"\($0.rawValue)\":\(sharedTokens[$0] ?? 0)"
    }
    var members = [
      "\"base\":\(base.json)", "\"donor\":\(donor?.json ?? "null")",
      "\"tokenizer\":\(JSONText.string(tokenizer))",
      "\"shared\":{\(shared.joined(separator: ","))}", "\"anchors\":\(anchors)",
      "\"dropped\":\(droppedTokens)", "\"method\":\(JSONText.string(method))",
      "\"matrices\":\(JSONText.list(matrices.map(\.json)))",
    ]
    if surfaceLength > 0 { members.append("\"truncated\":\(truncatedTokens)") }
    if let directory {
      members.append("\"directory\":\(JSONText.string(directory))")
      let sizes = files.map { "\(JSONText.string($0.name)):\($0.size)" }
      members.append("\"files\":{\(sizes.joined(separator: ","))}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension TransplantReport.Model {
  fileprivate var json: String {
    """
    {"path":\(JSONText.string(path)),"architecture":\(JSONText.string(architecture)),\
    "tokens":\(tokens),"dimension":\(dimension),"tied":\(isTied)}
    """
  }
}

extension TransplantReport.Matrix {
  fileprivate var json: String {
    var members = [
      "\"tensor\":\(JSONText.string(tensor))", "\"role\":\"\(role)\"", "\"rows\":\(rows)",
      "\"copied\":\(copied)", "\"rebuilt\":\(rebuilt)", "\"fallback\":\(fallback)",
      "\"padding\":\(padding)", "\"method\":\(JSONText.string(method))",
    ]
    if let residual {
      members.append("\"residual\":{\"median\":\(residual.median),\"p95\":\(residual.p95)}")
    }
    if let selection { members.append("\"selection\":\(selection.json)") }
    if let heldOut {
      members.append(
        "\"heldOut\":{\"count\":\(heldOut.count),\"cosine\":\(heldOut.cosine),"
          + "\"relativeError\":\(heldOut.relativeError),\"cosineOfMean\":\(heldOut.cosineOfMean)}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension MethodSelection {
  fileprivate var json: String {
    let results = results.map {
      "{\"method\":\(JSONText.string($0.method)),\"loss\":\(JSONText.number(Float($0.loss)))}"
    }
    let exceptions = exceptions.map {
      "{\"class\":\(JSONText.string($0.tokenClass.rawValue)),"
        + "\"method\":\(JSONText.string($0.method)),\"heldOut\":\($0.heldOut)}"
    }
    func change(_ losses: (before: Double, after: Double)?) -> String {
      guard let (before, after) = losses else { return "null" }
      return "{\"before\":\(JSONText.number(before)),\"after\":\(JSONText.number(after))}"
    }
    return "{\"criterion\":\(JSONText.string(criterion)),\"heldOut\":\(heldOut),"
      + "\"chosen\":\(JSONText.string(chosen)),\"classes\":\(JSONText.list(exceptions)),"
      + "\"learning\":\(change(learning)),\"calibration\":\(change(calibration)),\"results\":\(JSONText.list(results))}"
  }
}
