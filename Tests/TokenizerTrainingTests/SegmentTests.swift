import Normalization
import TestSupport
import Testing
import Tokenization
import TokenizerTraining

/// Texts are cut into segments before their words are counted, which must not change the words.
@Suite struct SegmentTests {
  private static let pipelines: [TrainingPipeline] =
    PipelinePreset.allCases.map(\.pipeline)
    + [PipelinePreset.whitespace, .words, .metaspace, .gpt2, .o200k].flatMap { preset in
      [
        Normalizer.sequence([.nfkc, .lowercase]), .nfd, .sequence([.nfd, .stripAccents]),
        .strip(left: true, right: true), .prepend("x"),
      ].map { normalizer in
        var pipeline = preset.pipeline
        pipeline.normalizer = normalizer
        return pipeline
      }
    }
    + [
      TrainingPipeline(
        preTokenizer: .byteLevel(addPrefixSpace: true, trimOffsets: true, useRegex: true)),
      TrainingPipeline(
        preTokenizer: .metaspace(replacement: "\u{2581}", prepend: .first, split: true)),
      TrainingPipeline(
        preTokenizer: .metaspace(replacement: "\u{2581}", prepend: .never, split: true)),
      TrainingPipeline(
        preTokenizer: .metaspace(replacement: "\u{2581}", prepend: .always, split: false)),
    ]

  private func words(_ splitter: WordSplitter, _ text: [UInt8]) throws -> [[UInt8]] {
    var words: [[UInt8]] = []
    try splitter.forEachWord(of: text[...]) { words.append(Array($0)) }
    return words
  }

  @Test(arguments: pipelines)
  func `The words of the segments are those of the text`(_ pipeline: TrainingPipeline) throws {
    let splitter = try WordSplitter(
      normalizer: pipeline.normalizer, preTokenizer: pipeline.preTokenizer, keepsBytes: true)
    var random = RandomText(seed: 33)
    var generator = SeededGenerator(seed: 34)
    for _ in 0..<400 {
      // Many spaces, alone and beside all kinds of characters.
      let text = random.next(upTo: 60).unicodeScalars.map { scalar in
        let space = [" ", " ", " ", "\n", "  ", " \u{301}", "\u{2581} "].randomElement(
          using: &generator)
        return String(scalar) + (Int.random(in: 0..<3, using: &generator) == 0 ? space ?? "" : "")
      }.joined()
      let bytes = Array(text.utf8)
      var segments: [[UInt8]] = []
      bytes.withUnsafeBytes { splitter.forEachSegment(of: $0) { segments.append(Array($0)) } }
      #expect(
        try segments.flatMap { try words(splitter, $0) } == words(splitter, bytes),
        "\(text.debugDescription)")
    }
  }

  @Test func `Common pipelines are cut`() throws {
    for preset in PipelinePreset.allCases where preset != .none {
      let pipeline = preset.pipeline
      let splitter = try WordSplitter(
        normalizer: pipeline.normalizer, preTokenizer: pipeline.preTokenizer, keepsBytes: true)
      var count = 0
      Array("one two \u{444} three  ".utf8).withUnsafeBytes {
        splitter.forEachSegment(of: $0) { _ in count += 1 }
      }
      #expect(count >= 4, "\(preset)")
    }
  }
}
