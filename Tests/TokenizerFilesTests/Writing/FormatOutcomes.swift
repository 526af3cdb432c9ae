/// What becomes of each kind of tokenizer in each format: "same", or what is lost; formats that are
/// not listed refuse it.
enum FormatOutcomes {
  static let all: [String: [String: String]] = [:]
}
