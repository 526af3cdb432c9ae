import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Every kind of tokenizer in every format: the same tokenizer, or exactly what is lost.
@Suite struct ConversionMatrixTests {
  private func write(_ conversion: TokenizerConversion) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for file in conversion.files { try directory.write(file.name, file.bytes) }
    return directory
  }

  /// "same" when it is read back as a tokenizer that no text tells from the first.
  private func outcome(
    _ definition: TokenizerDefinition, _ format: TokenizerFormat, _ texts: [String]
  ) throws -> String {
    let conversion: TokenizerConversion
    do {
      conversion = try TokenizerConversion(definition, to: format, source: "x")
    } catch {
      #expect(error.message.contains("can only hold") || error.message.contains("does not write"))
      return "refused"
    }
    guard conversion.losses.isEmpty else { return conversion.losses.joined(separator: "; ") }
    let directory = try write(conversion)
    let again = try TokenizerDefinition(contentsOf: directory.path)
    let second = try TokenizerConversion(again, to: format, source: "y")
    #expect(second.losses.isEmpty && zip(conversion.files, second.files).allSatisfy { $0 == $1 })
    try compare(Tokenizer(again), Tokenizer(definition), texts, "\(format)")
    return "same"
  }

  private func compare(
    _ copy: Tokenizer, _ original: Tokenizer, _ texts: [String], _ place: String
  ) throws {
    for text in texts {
      for special in [false, true] {
        let expected = try? original.encode(text, addSpecialTokens: special).ids
        let ids = try? copy.encode(text, addSpecialTokens: special).ids
        #expect(ids == expected, "\(place): \(text.debugDescription)")
        guard let ids else { continue }
        #expect(try copy.decode(ids) == original.decode(ids), "\(place)")
      }
    }
  }

  private static let texts: [String] = {
    var random = RandomText(seed: 5)
    return ["the and", "<|end|>the<x> ", " <u>an  hé<s>", "a</s>d"]
      + (0..<40).map { _ in random.next(upTo: 30) }
  }()

  @Test("Each kind of tokenizer in each format", arguments: ConversionSources.names)
  func matrix(name: String) throws {
    let definition = try ConversionSources.definition(name)
    var expected = FormatOutcomes.all[name] ?? [:]
    for format in TokenizerFormat.allCases {
      let outcome = try outcome(definition, format, Self.texts)
      let other = expected.removeValue(forKey: format.rawValue)?.joined(separator: "; ")
      #expect(outcome == other ?? "refused", "\(name) as \(format.rawValue)")
    }
    #expect(expected.isEmpty)
  }

  @Test("The shipped tokenizers", arguments: ["example-base", "example-donor"])
  func shipped(name: String) throws {
    let definition = try TokenizerDefinition(contentsOf: PackageFiles.path("vocabs/\(name)"))
    let text = String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
    let texts = Self.texts + text.split(separator: "\n").prefix(50).map(String.init)
    #expect(try outcome(definition, .tokenizerJSON, texts) == "same")
    #expect(try outcome(definition, .modelDirectory, texts) == "same")
    #expect(try outcome(definition, .gguf, texts) != "refused")
  }

  /// The formats that hold a shipped vocabulary whole, and those that lose a part of it. All others
  /// refuse it.
  private static let shippedOutcomes:
    [String: (same: [TokenizerFormat], lossy: [TokenizerFormat])] =
      [
        "graft-32k": (
          [.tokenizerJSON, .modelDirectory], [.vocabularyAndMerges, .tiktoken, .gguf]
        ),
        "graft-unigram-16k": ([.sentencePiece, .gguf, .modelDirectory], [.tokenizerJSON]),
        "graft-wordpiece-16k": (
          [.tokenizerJSON, .wordPieceVocabulary, .gguf, .modelDirectory], []
        ),
      ]

  @Test("Each shipped vocabulary in each format", arguments: shippedOutcomes.keys.sorted())
  func shippedMatrix(name: String) throws {
    let definition = try TokenizerDefinition(contentsOf: PackageFiles.path("vocabs/\(name)"))
    let expected = try #require(Self.shippedOutcomes[name])
    for format in TokenizerFormat.allCases {
      let outcome = try outcome(definition, format, Self.texts)
      let isExpected =
        switch outcome {
        case "same": expected.same.contains(format)
        case "refused": !expected.same.contains(format) && !expected.lossy.contains(format)
        default: expected.lossy.contains(format)
        }
      #expect(isExpected, "\(name) as \(format.rawValue): \(outcome)")
    }
  }

  @Test(
    "Every reference tokenizer in every format that can hold it",
    .enabled(if: FullTests.areEnabled, "\(FullTests.hint)"), .timeLimit(.minutes(10)),
    arguments: [
      "gpt2", "gpt2-hf", "gpt2-tiktoken", "gpt2-gguf", "cl100k_base", "llama2-spm", "llama2-gguf",
      "phi-3-medium-hf", "llama3", "qwen2", "bert-uncased", "bert-cased", "bert-bge-gguf",
      "mistral-v3", "phi-2", "t5-spm", "t5-small-hf", "albert-de-spm", "albert-hf", "roberta",
      "clip-hf", "whisper-tiny-hf", "falcon-hf", "gpt-neox-20b", "wordlevel-es", "spm-test",
      "minimind", "torchtune-tiny-bpe", "llama3-hf-derived", "bloom-shaped-derived",
      "xlmr-unigram-ar30k-hf", "gemma-shaped-derived", "gemma-shaped-spm-derived",
    ])
  func reference(id: String) throws {
    let golden = try GoldenSet(id, limit: 150)
    let definition = try TokenizerDefinition(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    let texts = golden.rows.map(\.text)
    var same: Set<TokenizerFormat> = []
    for format in TokenizerFormat.allCases {
      if try outcome(definition, format, texts) == "same" { same.insert(format) }
    }
    // Hugging Face's own tokenizers, and models of the sentencepiece library, have a form that says all.
    if definition.addedTokenPolicy == .alwaysMatched {
      #expect(same.isSuperset(of: [.tokenizerJSON, .modelDirectory]))
    } else if case .sentencePiece = definition.model {
      #expect(same.isSuperset(of: [.sentencePiece, .modelDirectory]))
    }
  }
}
