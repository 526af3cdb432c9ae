internal import ArgumentParser
internal import Graft

/// The options that say which rows are meant.
struct RowOptions: ParsableArguments {
  @Argument(help: "The model directory, or a safetensors file.")
  var model: String

  @Option(help: "Which rows of the model.")
  var rows = NamedValue(MatrixRole.output)

  @Option(help: ArgumentHelp("The tensor of a safetensors file.", valueName: "name"))
  var tensor: String?

  /// Rows and where they come from.
  struct Source {
    let rows: SearchedRows
    /// The model; `nil` for a tensor of a file.
    let model: ModelDirectory?
    /// Where an index of them is looked for.
    let indexPath: String
  }

  func validate() throws {
    if tensor == nil, model.hasSuffix(".safetensors") {
      throw ValidationError("--tensor is needed: the name of a matrix in the file.")
    }
  }

  /// Opens the rows.
  func open() throws -> Source {
    guard let tensor else {
      let model = try ModelDirectory(model)
      return Source(
        rows: model.rows(rows.value), model: model, indexPath: model.indexPath(rows.value))
    }
    let matrix = try SafetensorsFile(model).matrix(tensor)
    return Source(
      rows: SearchedRows(matrix), model: nil,
      indexPath: model + "." + tensor + NearestNeighborIndex.fileEnding)
  }
}

/// The options that say how rows are searched.
struct SearchOptions: ParsableArguments {
  @Flag(help: "Look at every row.")
  var exact = false

  @Option(
    help: ArgumentHelp(
      "The index to use; without it, that beside the weights if there is one.", valueName: "file"))
  var index: String?

  @Option(
    help: ArgumentHelp(
      """
      How many candidates a search in an index keeps (ef): more find more and take longer. Without it, as many as \
      suit the index.
      """, valueName: "n"))
  var breadth: Int?

  func validate() throws {
    if let breadth, breadth < 1 { throw ValidationError("--breadth must be at least 1.") }
    if exact && index != nil { throw ValidationError("--exact uses no --index.") }
  }

  /// What searches the rows: an index, or an exact search where there is none.
  func search(_ source: RowOptions.Source) throws -> any NeighborSearch {
    if exact || index == nil && !FileSystem.isFile(source.indexPath) {
      return ExactSearch(source.rows)
    }
    var opened = try NearestNeighborIndex(
      contentsOf: index ?? source.indexPath, for: source.rows)
    opened.breadth = breadth ?? opened.breadth
    return opened
  }
}
