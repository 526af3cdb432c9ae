internal import Glibc
internal import Tensors
internal import Tokenization

/// Vectors of tokens by the company they keep: continuous bag of words with negative sampling (Mikolov,
/// Sutskever, Chen, Corrado & Dean 2013, arXiv:1310.4546), with the sampling of fastText (Bojanowski,
/// Grave, Joulin & Mikolov 2017), which FOCUS learns its auxiliary vectors by.
///
/// One thread, in the order of the text: the same text and seed give the same bits.
struct ContinuousBagOfWords {
  /// What FOCUS (Dobler & de Melo 2023) trains with; the rest are fastText's defaults.
  struct Settings {
    /// The length of a vector.
    var dimension = 100
    /// The most tokens on either side that count as company.
    var window = 5
    /// Tokens that a token is told from at each place.
    var negatives = 10
    /// Passes over the text.
    var epochs = 3
    /// The length of the first step; the last is 0.
    var rate: Float = 0.05
    /// How often a token has to occur to get a vector.
    var fewestOccurrences = 10
    /// The share of the text above which occurrences of a token are passed over.
    var frequent = 1e-4
  }

  private let settings: Settings
  private var random: SplitMix64
  private let counts: [Int]
  private let negatives: AliasTable
  /// Token rows × dimensions: what a token is as company, which is the result, and as what is predicted.
  private var inputs: Matrix
  private var outputs: Matrix
  private var mean: [Float]
  private var correction: [Float]

  /// The vectors of the tokens of a text; zeros for a token that is not there often enough.
  ///
  /// - Parameters:
  ///   - text: the tokens of the text in their order.
  ///   - tokenCount: the number of rows, above every id.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Complexity: O(text · epochs · (window + negatives) · dimension).
  static func vectors(
    of text: [TokenID], tokenCount: Int, _ settings: Settings = Settings(), seed: UInt64,
    progress: (Double) throws -> Void
  ) rethrows -> Matrix {
    var training = ContinuousBagOfWords(text, tokenCount: tokenCount, settings, seed: seed)
    try training.run(text, progress)
    return training.inputs
  }

  private init(_ text: [TokenID], tokenCount: Int, _ settings: Settings, seed: UInt64) {
    self.settings = settings
    random = SplitMix64(seed: seed)
    var counts = [Int](repeating: 0, count: tokenCount)
    for id in text { counts[Int(id)] += 1 }
    for id in counts.indices where counts[id] < settings.fewestOccurrences { counts[id] = 0 }
    self.counts = counts
    negatives = AliasTable(weights: counts.map { Double($0).squareRoot() })
    inputs = Matrix(rows: tokenCount, columns: settings.dimension)
    outputs = inputs
    mean = [Float](repeating: 0, count: settings.dimension)
    correction = mean
    let range = 1 / Float(settings.dimension)
    for id in counts.indices where counts[id] > 0 {
      inputs.withMutableRow(id) { row in
        for column in row.indices { row[column] = .random(in: -range...range, using: &random) }
      }
    }
  }

  /// Tokens between reports of progress.
  private static let stride = 1 << 14

  private mutating func run(_ text: [TokenID], _ progress: (Double) throws -> Void) rethrows {
    for epoch in 0..<settings.epochs {
      let kept = sampled(text)
      for place in kept.indices {
        let done = (Double(epoch) + Double(place) / Double(kept.count)) / Double(settings.epochs)
        if place % Self.stride == 0 { try progress(done) }
        learn(kept, at: place, rate: settings.rate * Float(1 - done))
      }
    }
    try progress(1)
  }

  /// The text without rare tokens and without some of the occurrences of frequent ones.
  private mutating func sampled(_ text: [TokenID]) -> [TokenID] {
    let total = Double(counts.reduce(0, +))
    return text.filter { id in
      let count = Double(counts[Int(id)])
      guard count > 0 else { return false }
      let share = settings.frequent * total / count
      return Double.random(in: 0..<1, using: &random) <= share + share.squareRoot()
    }
  }

  /// One step: the company of a place is to predict the token there, and not some others.
  private mutating func learn(_ text: [TokenID], at place: Int, rate: Float) {
    let reach = Int.random(in: 1...settings.window, using: &random)
    let window = max(place - reach, 0)...min(place + reach, text.count - 1)
    guard window.count > 1 else { return }
    for column in mean.indices {
      mean[column] = 0
      correction[column] = 0
    }
    let share = 1 / Float(window.count - 1)
    for other in window where other != place { add(inputs, Int(text[other]), times: share) }
    let target = Int(text[place])
    tell(target, true, rate)
    for _ in 0..<settings.negatives {
      let other = negatives.draw(&random)
      if other != target { tell(other, false, rate) }
    }
    for other in window where other != place {
      inputs.withMutableRow(Int(text[other])) { row in
        for column in row.indices { row[column] += correction[column] }
      }
    }
  }

  /// Adds a row to the mean of the company.
  private mutating func add(_ rows: Matrix, _ id: Int, times factor: Float) {
    rows.withRow(id) { row in
      for column in row.indices { mean[column] += factor * row[column] }
    }
  }

  /// Moves the row of a token towards the mean of its company, or away from that.
  private mutating func tell(_ id: Int, _ isThere: Bool, _ rate: Float) {
    outputs.withMutableRow(id) { row in
      let score = 1 / (1 + exp(-Self.product(UnsafeBufferPointer(row), mean)))
      let step = rate * ((isThere ? 1 : 0) - score)
      for column in row.indices {
        correction[column] += step * row[column]
        row[column] += step * mean[column]
      }
    }
  }

  /// An inner product in eight sums, whose order is fixed.
  private static func product(_ left: UnsafeBufferPointer<Float>, _ right: [Float]) -> Float {
    var sums = SIMD8<Float>.zero
    let whole = left.count & ~7
    for start in Swift.stride(from: 0, to: whole, by: 8) {
      var (first, second) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      for lane in 0..<8 {
        first[lane] = left[start + lane]
        second[lane] = right[start + lane]
      }
      sums += first * second
    }
    var total = sums.sum()
    for index in whole..<left.count { total += left[index] * right[index] }
    return total
  }
}
