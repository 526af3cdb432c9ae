internal import Normalization

/// A compiled character map in the words of `tokenizer.json`.
///
/// The sentencepiece library replaces the longest sequence that the map has. Hugging Face's
/// `Precompiled` takes the shortest, and drops what follows it in a short grapheme cluster. So texts
/// are taken apart first, with separators before all marks; the map then replaces single characters;
/// the separators inside a sequence of the map are taken out; what has none any more is joined by
/// NFC, as the map would join it; and the other separators are taken out.
///
/// A separator is a digit with U+FFF0, an unassigned control character: 1 where a sequence of the map
/// may go on, 2 where none does. The character itself becomes 0 with U+FFF0 meanwhile.
struct PortableCharacterMap {
  private(set) var steps: [Normalizer] = []
  /// What the steps do not say, each a sentence.
  private(set) var losses: [String] = []

  private let sequences: CharacterSequences
  private static let separator = "\\x{FFF0}"

  init(_ bytes: [UInt8]) {
    guard let map = try? CharacterMap(bytes) else {
      sequences = CharacterSequences()
      losses = ["the character map, which is damaged"]
      return
    }
    sequences = CharacterSequences(map)
    steps = [
      .replace(.literal("\u{FFF0}"), with: "0\u{FFF0}"), ending,
      .replace(
        .regex(
          "(?<=[^\(Self.separator)])(?=[\\p{M}\\x{200C}\\x{200D}\(items(sequences.hiddenMarks))])"
            + "|(?<=\\r)(?=\\n)"), with: "1\u{FFF0}"),
      .precompiled(bytes),
    ]
    let tails = Dictionary(grouping: sequences.tails.keys, by: \.count).sorted { $0.key < $1.key }
    for (_, tails) in tails { steps.append(joining(tails)) }
    if sequences.joins { steps.append(.nfc) }
    steps += [
      .replace(.regex("[12]\(Self.separator)"), with: ""),
      .replace(.literal("0\u{FFF0}"), with: "\u{FFF0}"),
    ]
    checkExceptions()
  }

  /// Separates what no sequence of the map reaches over but NFC would.
  private var ending: Normalizer {
    var patterns: [String] = []
    func add(_ pattern: String, _ sets: Set<UInt32>...) {
      if sets.allSatisfy({ !$0.isEmpty }) { patterns.append(pattern) }
    }
    let many = items(sequences.expanding)
    add("(?<=[\(many)])(?=[\\p{M}\(items(sequences.hiddenMarks))])", sequences.expanding)
    add("(?<=[\(many)])(?=[\(items(sequences.jamo))])", sequences.expanding, sequences.jamo)
    add("(?<=[\\s\\S])(?=[\(items(sequences.markRuns))])", sequences.markRuns)
    if !sequences.joinsSyllables {
      add("(?<=[\\x{AC00}-\\x{D7A3}])(?=[\(items(sequences.finals))])", sequences.finals)
    }
    let pattern = patterns.isEmpty ? "(?!)" : patterns.joined(separator: "|")
    return .replace(.regex(pattern), with: "2\u{FFF0}")
  }

  /// Takes out the separators before the last characters of the sequences with these tails.
  private func joining(_ tails: [[UInt32]]) -> Normalizer {
    let sorted = tails.sorted { $0.lexicographicallyPrecedes($1) }
    let alternatives = sorted.map { tail in
      let before = tail.dropLast().map { Self.escape($0) }.joined()
      let letters = items(sequences.tails[tail] ?? [])
      return "(?<=[\(letters)]\(before)1\(Self.separator))(?=\(Self.escape(tail[tail.count - 1])))"
    }
    return .replace(
      .regex("1\(Self.separator)(?:\(alternatives.joined(separator: "|")))"), with: "")
  }

  private mutating func checkExceptions() {
    if !sequences.exceptions.isEmpty {
      let examples = sequences.exceptions.prefix(3).map { key in
        key.map { "U+" + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
      }
      losses.append(
        "\(sequences.exceptions.count) sequences of the character map, which are not replaced as "
          + "there: \(examples.joined(separator: ", "))")
    }
    if sequences.singles.keys.contains(where: { (0x30...0x32).contains($0) || $0 == 0xFFF0 }) {
      losses.append("how the character map replaces digits and U+FFF0")
    }
  }

  // MARK: Regular expressions

  private static func escape(_ scalar: UInt32) -> String {
    "\\x{\(String(scalar, radix: 16, uppercase: true))}"
  }

  /// The members of a character class, neighbours as ranges.
  private func items(_ scalars: Set<UInt32>) -> String {
    var text = ""
    var run: ClosedRange<UInt32>?
    func flush() {
      guard let run else { return }
      text += Self.escape(run.lowerBound)
      if run.count > 1 { text += "-" + Self.escape(run.upperBound) }
    }
    for scalar in scalars.sorted() {
      if let last = run, last.upperBound + 1 == scalar {
        run = last.lowerBound...scalar
      } else {
        flush()
        run = scalar...scalar
      }
    }
    flush()
    return text
  }
}
