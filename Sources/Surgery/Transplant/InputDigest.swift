internal import ByteIO
internal import CCrypto

/// The SHA-256 of a file (FIPS 180-4), by OpenSSL.
enum InputDigest {
  /// - Parameter progress: is told how many bytes are done.
  /// - Returns: 64 hexadecimal digits.
  static func sha256(ofFile path: String, progress: (Int) throws -> Void) throws -> String {
    let file = try MappedFile(path)
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw DigestError() }
    let pieceSize = 1 << 26
    for start in stride(from: 0, to: file.count, by: pieceSize) {
      let piece = file.bytes[start..<min(start + pieceSize, file.count)]
      let isHashed = file.withBytes { bytes in
        EVP_DigestUpdate(context, bytes.baseAddress.map { $0 + start }, piece.count) == 1
      }
      guard isHashed else { throw DigestError() }
      try progress(piece.endIndex)
    }
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &digest, &length) == 1 else { throw DigestError() }
    return digest[..<Int(length)].map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// OpenSSL was built without the digest, or ran out of memory.
  struct DigestError: Error, CustomStringConvertible {
    var description: String { "OpenSSL cannot compute a SHA-256" }
  }
}
