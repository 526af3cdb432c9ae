import ByteIO
import Surgery
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import DynamicMerging

@Suite struct MergedFilesTests {
  @Test func `Files say what the batches have, and their rows are those of the texts`() throws {
    let folder = try TemporaryDirectory()
    let model = try ModelDirectory(PackageFiles.exampleBase)
    let merger = try DynamicMerger(Tokenizer(model.tokenizer))
    let rows = try MergedRows(model, method: PieceRows(.mean))
    let files = try MergedFiles(destination: folder("merged"), merger, rows: rows)
    var statistics = MergeStatistics()
    let texts = [["unlike unlikely things", "likely"], ["unlike other unlikeliness", "é🌝"]]
    var expected: [Matrix] = []
    for batch in texts {
      let merging = try merger.merges(of: batch)
      statistics.add(
        merging, after: merging.mergeCount, texts: batch.map { ($0.utf8.count, "en") })
      try files.begin(merging, after: merging.mergeCount)
      try files.write(error: "no text")
      let merged = merging.batch(after: merging.mergeCount)
      let made = try rows.rows(for: merged)
      for index in batch.indices {
        try files.write(text: index)
        expected.append(made.inputs(for: merged.sequences[index]))
      }
    }
    try files.finish(statistics)
    #expect(
      try FileSystem.names(inDirectory: folder("merged")).sorted() == [
        "curve.csv", "curve.svg", "dynamic-embeddings.safetensors", "merges.jsonl",
        "statistics.json", "surfaces.json", "tokens.jsonl",
      ])

    let file = try SafetensorsFile(folder("merged/dynamic-embeddings.safetensors"))
    let embeddings = try #require(file["embeddings"])
    let surfaces = try JSON(
      parsing: FileSystem.read(folder("merged/surfaces.json")), source: "surfaces")
    #expect(embeddings.shape == [surfaces.count, model.vocabularyTensors.input.matrix.columns])
    #expect(Set(surfaces.elements.compactMap(\.string)).count == surfaces.count)
    #expect(file["gather_starts"]?.shape == [7])
    let lines = try JSONLines.parse(
      FileSystem.read(folder("merged/tokens.jsonl")), source: "tokens")
    #expect(lines.filter { $0["error"] != nil }.count == 2)
    let made = try file.matrix("embeddings")
    let base = model.vocabularyTensors.input.matrix
    for (line, expected) in zip(lines.filter { $0["error"] == nil }, expected) {
      let places = try line.required("rows").expectArray().compactMap(\.int)
      #expect(places.count == expected.rows)
      for (index, place) in places.enumerated() {
        let row = place < base.rows ? base.row(place) : made.row(place - base.rows)
        #expect(row == expected.row(index))
      }
    }
    let counts = try JSON(
      parsing: FileSystem.read(folder("merged/statistics.json")), source: "statistics")
    #expect(counts["languages"]?["en"]?["texts"]?.int == 4)
    #expect(counts["all"]?["mergedTokens"]?.int == counts["all"]?["fewestTokens"]?.int)
  }

  @Test func `A curve falls from all tokens to the fewest`() throws {
    let merger = try DynamicMerger(Tokenizer(contentsOf: PackageFiles.exampleBase))
    var curve = ReductionCurve()
    #expect(curve.csv.split(separator: "\n").count == 2)
    let text = String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
    let lines = text.split(separator: "\n").prefix(40).map(String.init)
    let mergings = try [lines[..<20], lines[20...]].map { try merger.merges(of: Array($0)) }
    for merging in mergings { curve.add(merging) }
    #expect(curve.points.first?.tokens == mergings.reduce(0) { $0 + $1.length(after: 0) })
    #expect(curve.points.last?.tokens == mergings.reduce(0) { $0 + $1.length(after: .max) })
    #expect(curve.points.last?.merges == mergings.map(\.mergeCount).max())
    #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.tokens >= $1.tokens })
    #expect(curve.svg.hasPrefix("<svg") && curve.svg.hasSuffix("</svg>\n"))
  }
}
