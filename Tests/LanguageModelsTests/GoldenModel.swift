import ByteIO
import LanguageModels
import TestSupport
import Testing
import Tokenization

/// A tiny model of one architecture and what transformers says of it, made by `tools/eval_goldens.py`.
struct GoldenModel: CustomTestStringConvertible, Sendable {
  /// One sequence and its numbers.
  struct Sequence {
    var ids: [TokenID]
    /// The negative log-likelihood of every token but the first.
    var nats: [Double]
    /// Whether the token was the most probable one.
    var top1: [Bool]
    /// The final state of the last token.
    var state: [Double]
    /// The log-probabilities of what follows.
    var next: [Double]
  }

  let name: String

  var testDescription: String { name }

  static let directory = PackageFiles.root + "/Tests/Fixtures/language-models"

  /// All models.
  static let all: [GoldenModel] = {
    let names = (try? FileSystem.names(inDirectory: directory)) ?? []
    return names.map { GoldenModel(name: $0) }
  }()

  var path: String { Self.directory + "/" + name }

  func open() throws -> LanguageModel { try LanguageModel(path) }

  private var document: JSON {
    get throws {
      let file = path + "/goldens.json"
      return try JSON(parsing: FileSystem.read(file), source: file)
    }
  }

  var sequences: [Sequence] {
    get throws {
      try document.required("sequences").elements.map { json in
        Sequence(
          ids: try numbers(json, "ids").map { TokenID($0) }, nats: try numbers(json, "nats"),
          top1: try json.required("top1").elements.compactMap(\.bool),
          state: try numbers(json, "state"), next: try numbers(json, "next"))
      }
    }
  }

  /// The mean of the final states of all tokens of all sequences.
  var meanState: [Double] { get throws { try numbers(document, "meanState") } }

  private func numbers(_ json: JSON, _ key: String) throws -> [Double] {
    try json.required(key).elements.compactMap(\.double)
  }
}
