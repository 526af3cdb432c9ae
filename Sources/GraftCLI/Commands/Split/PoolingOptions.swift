internal import ArgumentParser
internal import Graft

/// The options that say how words become rows of units.
struct PoolingOptions: ParsableArguments {
  enum LongWords: String, ExpressibleByArgument, CaseIterable {
    case split, truncate, replace
  }

  @Option(
    name: [.short, .long], help: ArgumentHelp("The directory to write.", valueName: "directory"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "bytes (the byte + 3), characters (the code point + 1), or a tokenizer (the id + 1).",
      valueName: "units"))
  var units = "bytes"

  @Option(
    help: ArgumentHelp(
      "Columns in front of the units of every word, for a model to pool into.", valueName: "count"))
  var prefixSlots = 0

  @Option(
    help: ArgumentHelp(
      "The units of a row at most; without it, the longest word of a batch.", valueName: "count"))
  var maxUnits: Int?

  @Option(help: "What becomes of longer words: split into rows, truncate, or replace.")
  var longWords = LongWords.split

  @Option(help: ArgumentHelp("What takes the place of a longer word.", valueName: "text"))
  var replacement = "@"

  @Option(help: ArgumentHelp("The rows of a file.", valueName: "count"))
  var batchSize = 65_536

  @Option(help: "The files' form.")
  var arrays = NamedValue(PooledFiles.Format.safetensors)

  @Flag(help: "Replace a directory that exists.")
  var force = false

  func validate() throws {
    if prefixSlots < 0 { throw ValidationError("--prefix-slots cannot be negative.") }
    if let maxUnits, maxUnits < 1 { throw ValidationError("--max-units must be at least 1.") }
    if batchSize < 1 { throw ValidationError("--batch-size must be at least 1.") }
  }

  /// What is asked for.
  func layout() throws -> PoolingLayout {
    var layout = PoolingLayout()
    switch units {
    case "bytes": layout.units = .bytes
    case "characters": layout.units = .characters
    default: layout.units = .tokens(try Tokenizer(TokenizerOptions.definition(named: units)))
    }
    layout.prefixSlots = prefixSlots
    layout.maximumUnits = maxUnits
    layout.longWords =
      switch longWords {
      case .split: .split
      case .truncate: .truncate
      case .replace: .replace(Array(replacement.utf8))
      }
    return layout
  }
}
