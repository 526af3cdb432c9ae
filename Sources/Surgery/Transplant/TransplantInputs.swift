internal import ByteIO
internal import Hypernetworks
internal import Tensors

/// What went into a transplant, as the manifest lists it: names, and the SHA-256 of every file.
struct TransplantInputs {
  /// JSON objects.
  let base: String
  let donor: String
  /// The digest of everything that decides on the result: the same for the same inputs and options.
  let identity: String

  /// Reads all files of the models.
  init(_ transplant: Transplant, progress: SurgeryProgress) throws {
    base = try Self.describe(transplant.base, "base", progress)
    donor = try Self.describe(transplant.target, progress)
    let digest = try InputDigest()
    let options = transplant.options
    for text in [
      graftVersion, transplant.operation, TransplantManifest.options(of: transplant), base, donor,
      "\(transplant.rowCount) \(options.heldOutCount) \(options.memoryBudget)",
    ] + (options.calibrationText?.texts ?? []) {
      try digest.add(text)
    }
    for path in options.vectorText?.paths ?? [] {
      try digest.add(InputDigest.sha256(ofFile: path) { _ in try progress("hashing the text", 0) })
    }
    if case .written(let files) = transplant.target.files {
      for file in files {
        try digest.add(file.bytes)
      }
    }
    if let hypernetwork = options.hypernetwork {
      try digest.add(try Self.describe(hypernetwork, progress))
    }
    identity = try digest.finish()
  }

  /// A hypernetwork by the SHA-256 of its files, and the model that it reads if that is not the base.
  private static func describe(
    _ hypernetwork: HypernetworkSource, _ progress: SurgeryProgress
  ) throws -> String {
    let directory = hypernetwork.network.directory
    var members: [String] = []
    for name in try FileSystem.names(inDirectory: directory).sorted()
    where name.hasSuffix(".json") || name.hasSuffix(".safetensors") {
      let digest = try InputDigest.sha256(ofFile: directory + "/" + name) { _ in
        try progress("hashing the hypernetwork", 0)
      }
      members.append("\(JSONText.string(name)):\"\(digest)\"")
    }
    let other =
      hypernetwork.fineTuningShare == nil
      ? "" : try describe(hypernetwork.model, "base", progress)
    return object(directory, members) + other
  }

  /// What gave the tokenizer.
  private static func describe(
    _ target: TransplantTarget, _ progress: SurgeryProgress
  ) throws -> String {
    if let model = target.model { return try describe(model, "donor", progress) }
    var members: [String] = []
    if case .copied(let directory, let names) = target.files {
      for name in names {
        let digest = try InputDigest.sha256(ofFile: directory + "/" + name) { _ in }
        members.append("\(JSONText.string(name)):\"\(digest)\"")
      }
    } else if FileSystem.isFile(target.path) {
      let name = JSONText.string(FileSystem.lastComponent(target.path))
      let digest = try InputDigest.sha256(ofFile: target.path) { _ in }
      members.append("\(name):\"\(digest)\"")
    }
    return object(target.path, members)
  }

  /// A model by name and by the SHA-256 of every file that went into the result.
  private static func describe(
    _ model: ModelDirectory, _ role: String, _ progress: SurgeryProgress
  ) throws -> String {
    if model.gguf != nil {
      let digest = try InputDigest.sha256(ofFile: model.path) { _ in
        try progress("hashing the \(role)", 0)
      }
      return object(
        model.path, ["\(JSONText.string(FileSystem.lastComponent(model.path))):\"\(digest)\""])
    }
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
    return object(model.path, members)
  }

  private static func object(_ path: String, _ members: [String]) -> String {
    let name = JSONText.string(FileSystem.lastComponent(path))
    return "{\"name\":\(name),\"sha256\":{\(members.joined(separator: ","))}}"
  }
}
