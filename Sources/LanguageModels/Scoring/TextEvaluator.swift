internal import ByteIO
internal import Tensors
public import Tokenization
internal import TokenizerFiles

/// Measures how well a model predicts texts.
///
/// Each document is scored from a token that marks its beginning, which is not scored itself; nor is
/// anything after the text. A document that is longer than the context is scored in windows that overlap
/// by half.
public struct TextEvaluator: Sendable {
  public let model: LanguageModel
  public let tokenizer: Tokenizer
  /// The token that a document begins with.
  public let start: TokenID
  /// The length of a window in tokens.
  public let context: Int
  /// The working memory to stay within, in bytes.
  public var memoryBudget = LanguageModel.defaultMemoryBudget

  /// The longest window that is used unasked: a longer one costs more than it tells.
  public static let longestContext = 2048

  /// Is told the share of the work that is done; what it throws ends the work.
  public typealias Progress = (_ fraction: Double) throws -> Void

  /// - Parameters:
  ///   - start: the token that a document begins with; see `documentStart`.
  ///   - context: the length of a window in tokens, at least 2; without it, the context that the model
  ///     was made for, but no more than `longestContext`.
  public init(
    _ model: LanguageModel, tokenizer: Tokenizer, start: TokenID, context: Int? = nil
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.start = start
    self.context = max(context ?? min(model.contextLength, Self.longestContext), 2)
  }

  /// Opens a model directory: config, weights, and a tokenizer of any format.
  ///
  /// Documents begin with the token that the tokenizer's files call `bos`, else with `bos_token_id` of
  /// the config, else with the end-of-text token by the same two.
  ///
  /// - Throws: what opening the parts throws, and `EvaluationError.noStart`.
  public init(_ directory: String, context: Int? = nil) throws {
    let path = directory + "/config.json"
    let config = try JSON(parsing: FileSystem.read(path), source: path).expectObject()
    let model = try LanguageModel(config: config, directory: directory)
    let tokenizer = try Tokenizer(contentsOf: directory)
    let special = try SpecialTokens(
      directory: directory, config: config.optional("text_config") ?? config,
      vocabulary: tokenizer.vocabulary)
    guard let start = special.documentStart else {
      throw EvaluationError.noStart(directory: directory)
    }
    self.init(model, tokenizer: tokenizer, start: start, context: context)
  }

  /// The tokens of documents, without what begins them and without special tokens that the tokenizer
  /// would add.
  ///
  /// - Parameter documents: UTF-8.
  /// - Throws: `TokenizerError` when a document is not UTF-8 or cannot be cut.
  public func tokens(of documents: [[UInt8]]) throws -> [[TokenID]] {
    var results = [Result<[TokenID], TokenizerError>](
      repeating: .success([]), count: documents.count)
    results.withUnsafeMutableBufferPointer { results in
      // Safe: each task writes the result of its document.
      nonisolated(unsafe) let target = results
      parallelFor(count: documents.count) { index in
        target[index] = Result { () throws(TokenizerError) in
          try tokenizer.encode(utf8: documents[index], addSpecialTokens: false).ids
        }
      }
    }
    return try results.map { try $0.get() }
  }

  /// Measures the model on documents.
  ///
  /// - Parameter documents: UTF-8.
  /// - Throws: `EvaluationError` when there is no text, `TokenizerError`, `LanguageModelError`, and what
  ///   `progress` throws.
  public func evaluate(
    _ documents: [[UInt8]], progress: Progress = { _ in }
  ) throws -> TextEvaluation {
    try evaluate(tokens(of: documents), bytes: documents.reduce(0) { $0 + $1.count }, progress)
  }

  /// Measures the model on documents that are cut already.
  ///
  /// - Parameters:
  ///   - documents: tokens, without what begins the documents.
  ///   - bytes: the size of the documents in UTF-8.
  /// - Throws: as `evaluate(_:progress:)`.
  public func evaluate(
    _ documents: [[TokenID]], bytes: Int, _ progress: Progress = { _ in }
  ) throws -> TextEvaluation {
    guard bytes > 0 else { throw EvaluationError.noText }
    var windows: [ScoredSequence] = []
    for document in documents {
      let tokens = [start] + document
      for window in ContextWindows.windows(count: tokens.count, context: context) {
        let (start, end) = (window.scored.lowerBound, window.scored.upperBound)
        let first = window.tokens.lowerBound
        windows.append(
          ScoredSequence(Array(tokens[window.tokens]), scored: (start - first)..<(end - first)))
      }
    }
    // In an order of their own, so that the sum does not depend on the order of the documents.
    windows.sort { left, right in
      left.tokens == right.tokens
        ? left.scored.lowerBound < right.scored.lowerBound
        : left.tokens.lexicographicallyPrecedes(right.tokens)
    }
    let scores = try model.scores(of: windows, memoryBudget: memoryBudget, progress: progress)
      .flatMap { $0 }
    return TextEvaluation(
      documents: documents.count, bytes: bytes, tokens: scores.count,
      nats: -scores.reduce(0) { $0 + $1.logProbability },
      mostProbable: scores.count { $0.isMostProbable })
  }
}

/// A text that no model can be measured on.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// There is no text, or nothing but separators.
  case noText
  /// A file is not UTF-8.
  case invalidUTF8(file: String, offset: Int)
  /// A tokenizer has no token that could begin a document.
  case noStart(directory: String)

  public var description: String {
    switch self {
    case .noText: "there is no text to measure the model on"
    case .invalidUTF8(let file, let offset):
      "\(file): the text is not UTF-8 at byte \(offset); convert it first"
    case .noStart(let directory):
      "\(directory): the model has neither a bos nor an eos token for a document to begin with"
    }
  }
}
