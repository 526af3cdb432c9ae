internal import ByteIO
internal import Tensors

/// Hypernetworks in training as directories: a checkpoint that can be used as it is and, until training is
/// done, what the optimizer remembers. What is drawn in a step depends on its number alone, so that a
/// training that is resumed gives the bits of one that was not interrupted.
extension HypernetworkTrainer {
  private static let stateName = "training.json"
  private static let memoryName = "training.safetensors"

  /// Writes the hypernetwork in ZeTT's layout.
  ///
  /// - Parameter replacing: whether something that stands at `path` may be replaced.
  /// - Throws: `FileError` or `SafetensorsError` when it cannot be written.
  public func save(to path: String, replacing: Bool) throws {
    let directory = try AtomicDirectory(destination: path, replacing: replacing)
    try FileSystem.writeAtomically(
      Array(config.json.utf8), to: directory.path("config.json"))
    try SafetensorsWriter.write(
      tensors, metadata: [("format", "pt")], to: directory.path("model.safetensors"))
    if step < recipe.steps {
      try SafetensorsWriter.write(memory, to: directory.path(Self.memoryName))
      try FileSystem.writeAtomically(
        Array(state.utf8), to: directory.path(Self.stateName))
    }
    try directory.commit()
  }

  /// Goes on from a directory that an interrupted training has left.
  ///
  /// - Throws: `HypernetworkError` when there is none, when it was trained with another recipe, model or
  ///   text, or when a tensor is damaged; `FileError` and `JSONError` when a file cannot be read or is
  ///   not what it should be.
  public func resume(from path: String) throws {
    let file = path + "/" + Self.stateName
    guard FileSystem.isFile(file) else {
      throw HypernetworkError(
        path, .training("there is no unfinished training in it that could be resumed"))
    }
    let json = try JSON(parsing: FileSystem.read(file), source: file).expectObject()
    for (key, own) in [("recipe", recipe.identity), ("inputs", inputIdentity)]
    where try json.string(key) != own {
      throw HypernetworkError(
        path,
        .training(
          key == "recipe"
            ? "its training was begun with other options; resume it with the same ones"
            : "its training was begun with another model or text; resume it with the same ones"))
    }
    let found = try json.int("step", in: 0...recipe.steps)
    let stored = try Parameters(Checkpoint(path), config)
    let memory = try SafetensorsFile(path + "/" + Self.memoryName)
    for tensor in layout.tensors {
      let values = stored.vector(tensor.name)
      for (index, place) in tensor.places.enumerated() { parameters.start[place] = values[index] }
    }
    try optimizer.restore(steps: found) { tensor in
      (
        try Self.values(memory, tensor.name + ".means", count: tensor.count),
        try Self.values(memory, tensor.name + ".squares", count: tensor.count)
      )
    }
    step = found
  }

  private static func values(
    _ file: SafetensorsFile, _ name: String, count: Int
  ) throws -> [Float] {
    let view = try file.matrix(name)
    guard view.rows == count, view.columns == 1 else {
      throw HypernetworkError(
        FileSystem.parent(file.path),
        .wrongShape(tensor: name, shape: [view.rows, view.columns], expected: [count]))
    }
    if let row = view.firstNonFiniteRow {
      throw HypernetworkError(
        FileSystem.parent(file.path), .nonFinite(tensor: name, row: row))
    }
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { view.copyRows(0..<count, into: $0) }
    return values
  }

  // MARK: Content

  private var tensors: [TensorOutput] {
    let own = layout.tensors.map { tensor in
      TensorOutput(name: tensor.name, elementType: .float32, shape: tensor.shape) {
        [parameters] sink in
        try sink.write(UnsafeBufferPointer(rebasing: parameters.elements[tensor.places]))
      }
    }
    // The reference's network has an embedding of words, which nothing reads.
    let unused = TensorOutput(
      name: "model.embeddings.word_embeddings.weight", elementType: .float32,
      shape: [config.padToken + 1, config.hiddenSize]
    ) { [config] sink in
      let row = [Float](repeating: 0, count: config.hiddenSize)
      for _ in 0...config.padToken {
        try row.withUnsafeBufferPointer { try sink.write($0) }
      }
    }
    return own + [unused]
  }

  private var memory: [TensorOutput] {
    optimizer.parts.flatMap { tensor, adam in
      [("means", adam.means), ("squares", adam.squares)].map { name, values in
        TensorOutput(
          name: "\(tensor.name).\(name)", elementType: .float32, shape: [tensor.count]
        ) { sink in try values.withUnsafeBufferPointer { try sink.write($0) } }
      }
    }
  }

  private var state: String {
    "{\n\"step\":\(step),\n\"recipe\":\(JSONText.string(recipe.identity)),\n"
      + "\"inputs\":\(JSONText.string(inputIdentity))\n}\n"
  }
}
