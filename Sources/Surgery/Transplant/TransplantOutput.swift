internal import ByteIO
internal import Tensors
internal import Tokenization

/// Writing the files of a transplanted model.
struct TransplantOutput {
  let transplant: Transplant
  let matrices: [RebuiltMatrix]
  let inputs: TransplantInputs
  let directory: AtomicDirectory

  private var base: ModelDirectory { transplant.base }

  static let manifestName = "graft.json"

  /// Writes everything into the staging directory.
  func write(progress: @escaping SurgeryProgress) throws {
    try writeWeights(progress: progress)
    try ModelFiles(
      base: base, target: transplant.target, alignment: transplant.alignment,
      rowCount: transplant.rowCount, unties: transplant.unties
    ).write(into: directory)
    if transplant.options.isRestorable {
      try RestorationBackup(base: base, alignment: transplant.alignment, directory: directory)
        .write()
    }
    try TransplantManifest(transplant: transplant, matrices: matrices, inputs: inputs)
      .write(to: directory.path(Self.manifestName))
  }

  // MARK: Weights

  private func writeWeights(progress: @escaping SurgeryProgress) throws {
    var replacements: [String: TensorReplacement] = [:]
    for matrix in matrices {
      replacements[matrix.base.name] = matrix.replacement()
      for (index, bias) in matrix.biases.enumerated() {
        replacements[bias.name] = matrix.replacement(ofBias: index)
      }
    }
    if let input = matrices.first {
      let tiedCopy = transplant.unties ? nil : base.vocabularyTensors.tiedCopy
      for copy in base.vocabularyTensors.inputCopies + [tiedCopy].compactMap({ $0 }) {
        replacements[copy] = input.replacement()
      }
    }
    let like = base.vocabularyTensors.input.name
    let total = Double(max(base.checkpoint.outputSize(replacing: replacements), 1))
    try base.checkpoint.write(
      to: directory.stagingPath, replacing: replacements, addingMissingAfter: like
    ) { bytes in
      try progress("writing weights", min(Double(bytes) / total, 1))
    }
  }
}

extension ModelDirectory {
  /// The files that make up the tokenizer, as far as they exist.
  var tokenizerFiles: [String] {
    let names = (try? FileSystem.names(inDirectory: path)) ?? []
    return names.filter { Self.isTokenizerFile($0) && FileSystem.isFile(path($0)) }
  }

  /// What a new model takes over as it is: everything but the tokenizer, the configs that are written
  /// anew, weights in whatever format, an older manifest, and hidden directories.
  var otherFiles: [String] {
    let names = (try? FileSystem.names(inDirectory: path)) ?? []
    let written: Set = ["config.json", "generation_config.json", TransplantOutput.manifestName]
    return names.filter { name in
      let isHiddenDirectory = name.hasPrefix(".") && FileSystem.isDirectory(path(name))
      return !written.contains(name) && !Self.isTokenizerFile(name)
        && !Self.isWeightFile(name) && !isHiddenDirectory
    }
  }

  /// Whether a file holds weights or lists them. Those of another format would still have the old
  /// vocabulary.
  static func isWeightFile(_ name: String) -> Bool {
    let endings = [
      ".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".h5",
      ".msgpack", ".onnx", ".onnx_data", ".gguf", ".ckpt", ".ot", ".tflite",
      // Indices of the vocabulary's rows.
      ".hnsw",
    ]
    return endings.contains { name.hasSuffix($0) }
  }
}
