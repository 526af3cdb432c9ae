package import ByteIO
internal import TokenizerFiles

/// The files of a new model beside its weights: configs, tokenizer, and what is taken over.
package struct ModelFiles {
  private let base: ModelDirectory
  private let target: TransplantTarget
  private let edit: ConfigEdit

  init(
    base: ModelDirectory, target: TransplantTarget, alignment: VocabularyAlignment, rowCount: Int,
    unties: Bool
  ) {
    self.base = base
    self.target = target
    edit = ConfigEdit(
      base: base, target: target, alignment: alignment, rowCount: rowCount, unties: unties)
  }

  /// The files of a model whose vocabulary was made from its own.
  ///
  /// - Throws: as `TransplantTarget.init(_:of:)`.
  package init(_ base: ModelDirectory, with vocabulary: DerivedVocabulary, rowCount: Int) throws {
    self.init(
      base: base, target: try TransplantTarget(vocabulary, of: base),
      alignment: VocabularyAlignment(vocabulary), rowCount: rowCount, unties: false)
  }

  /// Writes them into the staging directory.
  package func write(into directory: AtomicDirectory) throws {
    try Self.write("config.json", edit.config(), into: directory)
    if let generationConfig = base.generationConfig {
      try Self.write(
        "generation_config.json", edit.generationConfig(generationConfig), into: directory)
    }
    try copyTokenizer(into: directory)
    for name in base.otherFiles where name != RestorationLayout.directory {
      try FileTree.copy(base.path(name), to: directory.path(name)) {
        !ModelDirectory.isWeightFile($0)
      }
    }
  }

  private static func write(
    _ name: String, _ bytes: [UInt8], into directory: AtomicDirectory
  ) throws {
    let file = try OutputFile(creating: directory.path(name))
    try file.write(bytes)
    try file.finish()
  }

  private func copyTokenizer(into directory: AtomicDirectory) throws {
    switch target.files {
    case .copied(let source, let names):
      for name in names { try FileTree.copy(source + "/" + name, to: directory.path(name)) }
    case .written(let files):
      for file in files { try Self.write(file.name, file.bytes, into: directory) }
    case .converted:
      let conversion = try TokenizerConversion(
        target.definition, to: .modelDirectory, source: target.path)
      guard conversion.losses.isEmpty else {
        throw DerivationError.unwritable(conversion.losses)
      }
      for file in conversion.files { try Self.write(file.name, file.bytes, into: directory) }
    }
  }
}
