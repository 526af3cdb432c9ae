import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// The pieces of a token's text in a base vocabulary.
@Suite struct TokenSegmentationTests {
  private let model: ModelDirectory
  private let segmentation: TokenSegmentation
  private let tokenizer: Tokenizer

  init() throws {
    model = try ModelDirectory(PackageFiles.exampleBase)
    segmentation = TokenSegmentation(
      model.tokenizer, model.vocabulary, model.specialTokens,
      rowCount: model.vocabularyTensors.rows)
    tokenizer = try Tokenizer(model.tokenizer)
  }

  @Test func `A word is cut as the tokenizer cuts it`() throws {
    for word in [" Jerusalem", "begat", " righteousness", " the", "Selah", " ark", ";", " 12"] {
      let ids = try tokenizer.encode(word, addSpecialTokens: false).ids
      #expect(segmentation.pieces(of: Array(word.utf8)) == ids, "\(word)")
    }
  }

  @Test func `Without itself a token is cut into others that spell it`() throws {
    let spelling = TokenSpelling(model.tokenizer, model.vocabulary)
    for id in stride(from: TokenID(300), to: 2000, by: 37) {
      guard case .text(let text)? = spelling.surface(of: id, model.specialTokens) else { continue }
      #expect(segmentation.pieces(of: text) == [id])
      let pieces = segmentation.pieces(of: text, excluding: id)
      #expect(pieces.count > 1 && !pieces.contains(id))
      let spelled = pieces.flatMap { piece -> [UInt8] in
        if case .text(let bytes)? = spelling.surface(of: piece, model.specialTokens) {
          bytes
        } else {
          []
        }
      }
      #expect(spelled == text)
    }
  }

  @Test func `Bytes that are no text are cut into bytes`() {
    #expect(segmentation.pieces(of: [0xFF, 0xC3, 0x20]).count >= 2)
    #expect(segmentation.pieces(of: []) == [])
  }
}
