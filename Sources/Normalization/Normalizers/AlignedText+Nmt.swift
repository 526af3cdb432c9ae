extension AlignedText {
  /// Drops control characters and makes all kinds of spaces and line ends spaces: Hugging Face's
  /// `Nmt`, after SentencePiece's rules of that name.
  mutating func cleanForTranslation() {
    filter { scalar in
      switch scalar.value {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: false
      default: true
      }
    }
    map { scalar in
      switch scalar.value {
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        " "
      default: scalar
      }
    }
  }
}
