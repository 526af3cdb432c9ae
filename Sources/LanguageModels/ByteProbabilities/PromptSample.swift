internal import Glibc
public import Tokenization

/// A place in a text at which the next byte is asked for.
public struct PromptSample: Sendable, Equatable {
  public let prompt: [UInt8]
  /// The byte that follows in the text.
  public let next: UInt8

  /// Prompts that end inside a word, between two ASCII letters, spread evenly over documents.
  ///
  /// - Parameters:
  ///   - count: how many there are at most.
  ///   - lengths: how long a prompt may be, in bytes.
  public static func insideWords(
    of documents: [[UInt8]], count: Int, lengths: ClosedRange<Int> = 64...512
  ) -> [PromptSample] {
    func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 &- 0x61 < 26 }
    var places: [(document: Int, offset: Int)] = []
    for (index, document) in documents.enumerated() {
      for offset in lengths where offset < document.count {
        if isLetter(document[offset - 1]), isLetter(document[offset]) {
          places.append((index, offset))
        }
      }
    }
    let taken = min(count, places.count)
    return (0..<taken).map { index in
      let place = places[index * places.count / taken]
      let document = documents[place.document]
      return PromptSample(
        prompt: Array(document[..<place.offset]), next: document[place.offset])
    }
  }
}

/// How well a next byte was told, over several places.
public struct ByteScore: Sendable, Equatable {
  public private(set) var count = 0
  private var bits = 0.0
  private var hits = 0

  public init() {}

  /// Counts one prediction.
  public mutating func add(_ distribution: ByteDistribution, _ byte: UInt8) {
    count += 1
    bits -= distribution.withoutEnd.log2(byte)
    if distribution.mostProbable == byte { hits += 1 }
  }

  /// The mean of −log₂ of the probability of the byte that came; that the text ends is ruled out.
  public var bitsPerByte: Double { bits / Double(max(count, 1)) }
  /// The share of places where the byte that came was the most probable one.
  public var accuracy: Double { Double(hits) / Double(max(count, 1)) }
}

extension ByteDistribution {
  /// The logarithm of a probability to the base 2.
  fileprivate func log2(_ byte: UInt8) -> Double { Glibc.log2(self[byte]) }
}
