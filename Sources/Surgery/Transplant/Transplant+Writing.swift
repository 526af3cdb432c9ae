internal import ByteIO

/// The ways to a result.
extension Transplant {
  /// Computes everything and writes nothing.
  ///
  /// - Throws: what the method throws, and what `progress` throws.
  public func dryRun(progress: SurgeryProgress = { _, _ in }) throws -> TransplantReport {
    TransplantReport(self, try solve(progress: progress), directory: nil)
  }

  /// Computes everything and writes the new model directory, which appears complete or not at all.
  ///
  /// Rows of work that takes long are kept in a file beside `path` until the directory is complete: after
  /// an interruption, the same transplant to the same place goes on from them, with the same result.
  ///
  /// - Throws: what the method throws, `FileError` when a file cannot be written or `path` exists, and
  ///   what `progress` throws; nothing but that file is left behind then. `ModelError` when `path` is a
  ///   directory that is or holds one of the two models.
  public func write(
    to path: String, progress: @escaping SurgeryProgress = { _, _ in }
  ) throws -> TransplantReport {
    try write(to: path, keepingAfter: .seconds(20), progress: progress)
  }

  /// The same.
  ///
  /// - Parameter duration: rows that are made after so much time are kept.
  func write(
    to path: String, keepingAfter duration: Duration, progress: @escaping SurgeryProgress
  ) throws -> TransplantReport {
    // First, so that an impossible destination is known before the work.
    for model in [base, donor].compactMap({ $0 }) { try model.requireNotInside(path) }
    if let gguf = base.gguf {
      return try write(gguf, to: path, keepingAfter: duration, progress: progress)
    }
    let directory = try AtomicDirectory(
      destination: path, replacing: options.replacesExisting)
    return try write(
      to: directory.destination, keepingAfter: duration, progress: progress
    ) { inputs, matrices in
      let output = TransplantOutput(
        transplant: self, matrices: matrices, inputs: inputs, directory: directory)
      try output.write(progress: progress)
      try directory.commit()
    }
  }

  /// The same for a GGUF file.
  private func write(
    _ base: GGUFModel, to path: String, keepingAfter duration: Duration,
    progress: @escaping SurgeryProgress
  ) throws -> TransplantReport {
    if options.isRestorable { throw ModelError(self.base.path, .notForGGUF("--restorable")) }
    if !options.replacesExisting { try FileSystem.requireNothing(at: path) }
    return try write(
      to: path, keepingAfter: duration, progress: progress
    ) { _, matrices in
      let output = GGUFOutput(transplant: self, matrices: matrices, base: base)
      try FileSystem.writeAtomically(to: path, replacing: options.replacesExisting) { file in
        try output.write(to: file, progress: progress)
      }
    }
  }

  /// Makes the matrices, with rows kept beside `path` until `body` has written the result.
  private func write(
    to path: String, keepingAfter duration: Duration, progress: @escaping SurgeryProgress,
    _ body: (TransplantInputs, [RebuiltMatrix]) throws -> Void
  ) throws -> TransplantReport {
    let inputs = try TransplantInputs(self, progress: progress)
    let journal = try RowJournal(
      destination: path, identity: inputs.identity, leastDuration: duration)
    let matrices = try solve(journal: journal, progress: progress)
    try body(inputs, matrices)
    try journal.remove()
    return TransplantReport(self, matrices, directory: path)
  }

  /// The file with the rows of an unfinished transplant to `path`, when there is one.
  public static func unfinishedRows(of path: String) -> String? {
    let file = RowJournal.path(of: path)
    return FileSystem.isFile(file) ? file : nil
  }
}
