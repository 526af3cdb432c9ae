internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// The work on one matrix of a transplant.
struct MatrixRebuilding {
  let transplant: Transplant
  let role: MatrixRole
  /// The base's tensor that the new matrix replaces.
  let base: VocabularyTensors.Entry
  /// The donor's rows, or the vectors that stand for them.
  let donor: MatrixView?
  /// The biases that belong to the matrix.
  let biases: [VocabularyTensors.Entry]
  let request: TransplantOptions.MethodRequest
  let segmentation: TokenSegmentation
  /// Keeps rows over an interruption.
  let journal: RowJournal?
  let progress: SurgeryProgress

  /// Rows that are made at a time: more gain little speed, and keep an interruption waiting.
  private static let blockSize = 128

  /// Makes the rows.
  ///
  /// - Parameter choice: what was chosen where the method was not asked for.
  func run(
    _ problem: EmbeddingProblem, _ choice: MethodChoice.Choice
  ) throws -> RebuiltMatrix {
    let selection = choice.selection
    var origins = plannedOrigins
    let plan = try MethodPlan(request, selection, memoryBudget: transplant.options.memoryBudget)
    let made = try choice.made ?? rows(plan, problem)
    var places: [Int: Int] = [:]
    for (place, target) in problem.targets.enumerated() {
      origins[Int(target)] = made.origins[place]
      if made.origins[place] != .mean { places[Int(target)] = place }
    }
    let heldOut = try HeldOutCheck(
      segmentation: segmentation, texts: transplant.donorTexts,
      count: problem.targets.isEmpty ? 0 : transplant.options.heldOutCount
    ).quality(of: plan.overall, on: problem) { fraction in
      try progress("checking \(role.rawValue) rows", fraction)
    }
    return RebuiltMatrix(
      role: role, base: base, origins: origins.map { $0 ?? .mean }, made: made.rows,
      places: places, mean: MeanRow(problem).row, heldOut: heldOut, selection: selection,
      method: plan.name, biases: biases)
  }

  // MARK: The problem

  /// The rows that are wanted.
  func problem() -> EmbeddingProblem {
    let origins = plannedOrigins
    let targets = origins.indices.filter { origins[$0] == nil }.map { TokenID($0) }
    var problem = EmbeddingProblem(
      base: baseMatrix, donor: donor, anchors: anchors, targets: targets,
      pieces: pieces(of: targets), texts: transplant.donorTexts)
    problem.role = role
    problem.hypernetwork = transplant.options.hypernetwork
    problem.anchorLimit = transplant.options.anchorLimit
    return problem
  }

  /// The shared tokens; where text gives the donor's rows, those that it has vectors for.
  private var anchors: [EmbeddingProblem.Anchor] {
    guard transplant.options.vectorText != nil, let donor else { return transplant.anchors }
    return transplant.anchors.filter { !donor.isZero(row: Int($0.donor)) }
  }

  private var plannedOrigins: [RowOrigin?] {
    (0..<transplant.rowCount).map { plannedOrigin(TokenID($0)) }
  }

  /// The base token whose row each token keeps.
  func keptRows() -> [TokenID: TokenID] {
    var result: [TokenID: TokenID] = [:]
    for (id, origin) in plannedOrigins.enumerated() {
      if case .base(let source)? = origin { result[TokenID(id)] = source }
    }
    return result
  }

  /// The base's matrix, with the biases as further columns: they are made as the rows are.
  private var baseMatrix: MatrixView {
    guard !biases.isEmpty else { return base.matrix }
    let columns = base.matrix.columns
    var joined = Matrix(rows: base.matrix.rows, columns: columns + biases.count)
    for row in 0..<joined.rows {
      let values = base.matrix.row(row) + biases.map { $0.matrix.row(row)[0] }
      joined.withMutableRow(row) { _ = $0.update(fromContentsOf: values) }
    }
    return joined.view
  }

  /// The origin that follows from the vocabularies alone; `nil` where the method is asked.
  private func plannedOrigin(_ id: TokenID) -> RowOrigin? {
    if let match = transplant.alignment.matches[id] {
      // A tied model has one row for both uses; texts begin with it, so the input counts.
      let source = role == .input ? match.base : match.outputBase
      if source < base.matrix.rows { return .base(source) }
    }
    return transplant.target.vocabulary.spelling(of: id) == nil ? .padding : nil
  }

  private func pieces(of targets: [TokenID]) -> [TokenID: [TokenID]] {
    var result: [TokenID: [TokenID]] = [:]
    for target in targets {
      guard let text = transplant.donorTexts[target] else { continue }
      let pieces = segmentation.pieces(of: text)
      if !pieces.isEmpty { result[target] = pieces }
    }
    return result
  }

  // MARK: The rows

  /// The rows of all targets.
  func rows(_ plan: MethodPlan, _ problem: EmbeddingProblem) throws -> MadeRows {
    var result = Matrix(rows: problem.targets.count, columns: problem.base.columns)
    var origins = [RowOrigin](repeating: .mean, count: problem.targets.count)
    let groups = plan.groups(
      problem.targets.map { transplant.donorTexts[$0].map { TokenClass($0) } })
    var done = 0
    for (group, (method, places)) in groups.enumerated() {
      var part = problem
      part.targets = places.map { problem.targets[$0] }
      // Not before it is known that there is something left to make.
      var fitted: (any FittedMethod)?
      for start in stride(from: 0, to: places.count, by: Self.blockSize) {
        let range = start..<min(start + Self.blockSize, places.count)
        let name = "\(role.rawValue) \(group) \(method.name) \(start)"
        let made =
          try journal?.block(name, rows: range.count, columns: problem.base.columns)
          ?? make(name, part.targets[range], method, &fitted, part) {
            try progress(
              "rebuilding \(role.rawValue) rows", Double(done) / Double(problem.targets.count))
          }
        for (index, place) in places[range].enumerated() {
          origins[place] = made.origins[index]
          result.setRow(place, to: made.rows, row: index)
        }
        done += range.count
        try progress(
          "rebuilding \(role.rawValue) rows", Double(done) / Double(problem.targets.count))
      }
    }
    return MadeRows(rows: result, origins: origins)
  }

  /// Makes a block of rows, with a method that is fitted first if it has not been.
  private func make(
    _ name: String, _ targets: ArraySlice<TokenID>, _ method: any EmbeddingMethod,
    _ fitted: inout (any FittedMethod)?, _ problem: EmbeddingProblem, check: () throws -> Void
  ) throws -> MadeRows {
    let method =
      try fitted
      ?? method.fit(to: problem) { try progress("preparing \(role.rawValue) rows", $0) }
    fitted = method
    let made =
      try journal?.making(name) { try method.rows(for: targets, check: check) }
      ?? method.rows(for: targets, check: check)
    if ProcessMemory.resident > transplant.options.memoryBudget {
      // Mapped rows are read again where they are needed.
      base.matrix.releasePages()
      donor?.releasePages()
    }
    return made
  }
}

/// Which method makes which rows.
struct MethodPlan {
  /// The method for everything that no class has a method for.
  let overall: any EmbeddingMethod
  private let byClass: [TokenClass: any EmbeddingMethod]

  /// - Throws: `MethodError` when a chosen name cannot be read.
  init(
    _ request: TransplantOptions.MethodRequest, _ selection: MethodSelection?, memoryBudget: Int
  ) throws(MethodError) {
    switch request {
    case .method(let method):
      overall = method
      byClass = [:]
    case .automatic:
      // Where nothing could be compared, what needs the least.
      overall = try MethodNotation.method(
        selection?.chosen ?? "fvt", memoryBudget: memoryBudget)
      var methods: [TokenClass: any EmbeddingMethod] = [:]
      for exception in selection?.exceptions ?? [] {
        methods[exception.tokenClass] = try MethodNotation.method(
          exception.method, memoryBudget: memoryBudget)
      }
      byClass = methods
    }
  }

  var name: String { overall.name }

  /// The places of tokens by the method that makes their rows.
  func groups(_ classes: [TokenClass?]) -> [(method: any EmbeddingMethod, places: [Int])] {
    var places: [TokenClass?: [Int]] = [:]
    for (place, tokenClass) in classes.enumerated() {
      let key = tokenClass.flatMap { byClass[$0] == nil ? nil : $0 }
      places[key, default: []].append(place)
    }
    let order: [TokenClass?] = [nil] + TokenClass.allCases.map { $0 }
    return order.compactMap { key in
      guard let places = places[key] else { return nil }
      return (key.flatMap { byClass[$0] } ?? overall, places)
    }
  }
}
