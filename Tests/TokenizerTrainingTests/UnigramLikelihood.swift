import Tokenization
import TokenizerTraining

/// The log-probability of texts under a trained model, of the segmentation that its tokenizer finds.
struct UnigramLikelihood {
  private let tokenizer: Tokenizer
  private let scores: [Double]
  private let unknownScore: Double

  init(
    _ trained: TrainedUnigram, normalization: SentencePieceDefinition.Normalization = .init()
  ) throws {
    tokenizer = try Tokenizer(trained.sentencePieceTokenizer(normalization: normalization))
    scores = trained.pieces.map { Double($0.score) }
    let least = trained.pieces.filter { $0.kind == .normal }.map(\.score).min() ?? 0
    unknownScore = Double(least) - 10
  }

  /// The ids of the lines of a text.
  func ids(_ text: String) throws -> [TokenID] {
    try text.split(separator: "\n").flatMap {
      try tokenizer.encode(String($0), addSpecialTokens: false).ids
    }
  }

  func logProbability(_ text: String) throws -> Double {
    try ids(text).reduce(0) { $0 + ($1 == 0 ? unknownScore : scores[Int($1)]) }
  }
}
