internal import ArgumentParser
internal import Graft

/// `graft vocab nearest`
struct VocabNearestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nearest",
    abstract: "List the tokens whose rows are nearest to those of a token.",
    discussion: """
      What is looked for is a token as the vocabulary spells it, or a text: the mean of the rows of its \
      tokens. With --after it is the model's state after a text, and the nearest rows by product are \
      those of the tokens that it expects next. The tokens that are looked for are left out.

      Similarities are computed from the rows themselves, with an index too.

      Examples:
        graft vocab nearest model/ ' king' ' queen' -k 5
        graft vocab nearest model/ --after 'In the beginning God' --json
        graft vocab nearest rows.safetensors --tensor lm_head.weight --id 262 --exact
      """)

  @OptionGroup var rows: RowOptions

  @Argument(help: ArgumentHelp("Tokens or texts.", valueName: "tokens"))
  var tokens: [String] = []

  @Option(help: ArgumentHelp("A token by its id; may be given several times.", valueName: "id"))
  var id: [UInt32] = []

  @Option(help: ArgumentHelp("A text that the model reads.", valueName: "text"))
  var after: [String] = []

  @Option(name: .short, help: ArgumentHelp("How many tokens are listed.", valueName: "count"))
  var k = 10

  @Option(
    help: """
      What makes a row near: its cosine, or its product with what is looked for, which is the default after \
      a text.
      """)
  var by: NamedValue<Similarity>?

  @OptionGroup var search: SearchOptions

  @Flag(help: "Print one object for each query, on a line.")
  var json = false

  func validate() throws {
    if tokens.isEmpty && id.isEmpty && after.isEmpty {
      throw ValidationError("Give a token, a text, --id or --after.")
    }
    if rows.tensor != nil, !tokens.isEmpty || !after.isEmpty {
      throw ValidationError("The rows of a file have no tokens; give --id.")
    }
    if k < 0 { throw ValidationError("-k must not be negative.") }
  }

  func run() throws {
    let source = try rows.open()
    let names = try TokenTexts(source.model)
    let queries = try queries(source, names)
    let search = try search.search(source)
    for (index, query) in queries.enumerated() {
      let own = query.isState ? [] : Set(query.value.tokens)
      let found = try search.nearest(
        to: query.value.vector, count: k + own.count, by: query.similarity
      ).filter { !own.contains(TokenID($0.row)) }.prefix(k)
      if json {
        print(object(query, Array(found), names))
      } else {
        show(query, Array(found), names, isFirst: index == 0)
      }
    }
  }

  // MARK: Queries

  private struct Query {
    let name: String
    let value: TokenQuery
    let similarity: Similarity
    let isState: Bool
  }

  private func queries(_ source: RowOptions.Source, _ names: TokenTexts) throws -> [Query] {
    let asked = try id.map { ("\($0)", [$0]) } + tokens.map { ($0, try names.ids($0)) }
    var queries = try asked.map { name, ids in
      Query(
        name: name, value: try TokenQuery(ids, rows: source.rows),
        similarity: by?.value ?? .cosine, isState: false)
    }
    if after.isEmpty { return queries }
    let reader = try TextEvaluator(rows.model)
    queries += try after.map { text in
      let ids = try reader.tokenizer.ids(of: text, addSpecialTokens: false)
      return Query(
        name: text, value: try TokenQuery(after: [reader.start] + ids, in: reader.model),
        similarity: by?.value ?? .product, isState: true)
    }
    return queries
  }

  // MARK: Output

  private func show(
    _ query: Query, _ found: [Neighbor], _ names: TokenTexts, isFirst: Bool
  ) {
    let style = TerminalStyle.standardOutput
    if !isFirst { print() }
    let ids = query.value.tokens.map(String.init).joined(separator: " ")
    print(style.bold(VisibleText.of(Array(query.name.utf8))) + style.dim("  \(ids)"))
    let width = found.map { String($0.row).count }.max() ?? 0
    for neighbor in found {
      let similarity = Double(neighbor.similarity).rounded(to: 4).padded(to: 9, alignment: .right)
      let id = String(neighbor.row).padded(to: width, alignment: .right)
      print("\(similarity)  \(style.dim(id))  \(names.visible(neighbor.row))")
    }
  }

  private func object(_ query: Query, _ found: [Neighbor], _ names: TokenTexts) -> String {
    let list = found.map { neighbor in
      let token = names.spelling(neighbor.row).map { ",\"token\":\(JSONText.string($0))" } ?? ""
      return "{\"id\":\(neighbor.row)\(token),\"similarity\":"
        + "\(JSONText.number(neighbor.similarity))}"
    }
    return "{\"query\":\(JSONText.string(query.name)),\"ids\":"
      + "\(JSONText.list(query.value.tokens.map(String.init))),\"by\":\"\(query.similarity.rawValue)\","
      + "\"nearest\":\(JSONText.list(list))}"
  }
}

/// The tokens of a model as people name and read them; nothing where there is no model.
private struct TokenTexts {
  private let tokenizer: Tokenizer?
  private let spelling: TokenSpelling?

  init(_ model: ModelDirectory?) throws {
    tokenizer = try model.map { try Tokenizer($0.tokenizer) }
    spelling = model.map { TokenSpelling($0.tokenizer, $0.vocabulary) }
  }

  /// The token with that spelling, or the tokens of the text.
  func ids(_ name: String) throws -> [TokenID] {
    if let id = spelling?.vocabulary.id(of: name) { return [id] }
    return try tokenizer?.ids(of: name, addSpecialTokens: false) ?? []
  }

  /// What a token stands for; its id where it stands for nothing.
  func visible(_ row: Int) -> String {
    VisibleText.of(spelling?.text(of: TokenID(row), includesImpliedSpace: false) ?? [])
  }

  /// A token as the vocabulary spells it.
  func spelling(_ row: Int) -> String? {
    spelling?.vocabulary.spelling(of: TokenID(row)).map { String(decoding: $0, as: UTF8.self) }
  }
}
