internal import ArgumentParser
internal import Graft

/// What offsets count, as the command line calls it.
enum OffsetUnitOption: String, ExpressibleByArgument, CaseIterable {
  case byte, char, utf16, grapheme

  var unit: OffsetUnit {
    switch self {
    case .byte: .byte
    case .char: .scalar
    case .utf16: .utf16
    case .grapheme: .character
    }
  }
}
