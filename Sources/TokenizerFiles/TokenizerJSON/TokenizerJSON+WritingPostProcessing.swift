internal import Tokenization

/// The parts after the model. The order of members is that of Hugging Face's library.
extension TokenizerJSON {
  static func write(_ postProcessor: PostProcessor, _ json: inout PrettyJSONWriter) {
    json.object { json in
      switch postProcessor {
      case .byteLevel(let addPrefixSpace, let trimOffsets):
        json.member("type", "ByteLevel")
        json.member("add_prefix_space", addPrefixSpace)
        json.member("trim_offsets", trimOffsets)
        json.member("use_regex", true)
      case .template(let template):
        json.member("type", "TemplateProcessing")
        write(template, &json)
      case .bert(let separator, let classifier):
        json.member("type", "BertProcessing")
        writePair("sep", separator, &json)
        writePair("cls", classifier, &json)
      case .roberta(let separator, let classifier, let addPrefixSpace, let trimOffsets):
        json.member("type", "RobertaProcessing")
        writePair("sep", separator, &json)
        writePair("cls", classifier, &json)
        json.member("trim_offsets", trimOffsets)
        json.member("add_prefix_space", addPrefixSpace)
      case .sequence(let parts):
        json.member("type", "Sequence")
        json.key("processors")
        json.array { json in for part in parts { write(part, &json) } }
      }
    }
  }

  private static func writePair(
    _ name: String, _ token: PostProcessor.SpecialToken, _ json: inout PrettyJSONWriter
  ) {
    json.key(name)
    json.array { json in
      json.string(token.token)
      json.int(token.id)
    }
  }

  private static func write(
    _ template: PostProcessor.Template, _ json: inout PrettyJSONWriter
  ) {
    json.key("single")
    write(template.single, &json)
    json.key("pair")
    write(template.pair, &json)
    json.key("special_tokens")
    json.object { json in
      let names = template.specialTokens.keys.sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
      for name in names {
        let tokens = template.specialTokens[name] ?? []
        json.key(name)
        json.object { json in
          json.member("id", name)
          json.key("ids")
          json.array { json in for token in tokens { json.int(token.id) } }
          json.key("tokens")
          json.array { json in for token in tokens { json.string(token.token) } }
        }
      }
    }
  }

  private static func write(
    _ pieces: [PostProcessor.Template.Piece], _ json: inout PrettyJSONWriter
  ) {
    json.array { json in
      for piece in pieces {
        let (kind, name, typeID) =
          switch piece {
          case .sequence(.a, let typeID): ("Sequence", "A", typeID)
          case .sequence(.b, let typeID): ("Sequence", "B", typeID)
          case .special(let name, let typeID): ("SpecialToken", name, typeID)
          }
        json.object { json in
          json.key(kind)
          json.object { json in
            json.member("id", name)
            json.key("type_id")
            json.int(typeID)
          }
        }
      }
    }
  }

  // MARK: Decoders

  static func write(_ decoder: Decoder, _ json: inout PrettyJSONWriter) {
    json.object { json in
      switch decoder {
      case .byteLevel:
        // The library gives a decoder the members of a pre-tokenizer, which it does not look at.
        json.member("type", "ByteLevel")
        json.member("add_prefix_space", true)
        json.member("trim_offsets", true)
        json.member("use_regex", true)
      // Stands only after a model that the format cannot hold.
      case .bytes: break
      case .byteFallback: json.member("type", "ByteFallback")
      case .fuse: json.member("type", "Fuse")
      case .strip(let content, let start, let stop):
        json.member("type", "Strip")
        json.member("content", String(content))
        json.key("start")
        json.int(start)
        json.key("stop")
        json.int(stop)
      case .replace(let pattern, let replacement):
        json.member("type", "Replace")
        json.member("pattern", pattern)
        json.member("content", replacement)
      case .wordPiece(let prefix, let cleanup):
        json.member("type", "WordPiece")
        json.member("prefix", prefix)
        json.member("cleanup", cleanup)
      case .bpe(let suffix):
        json.member("type", "BPEDecoder")
        json.member("suffix", suffix)
      case .metaspace(let replacement, let prepend):
        json.member("type", "Metaspace")
        writeMetaspace(replacement, prepend, split: true, &json)
      case .ctc(let padding, let wordDelimiter, let cleanup):
        json.member("type", "CTC")
        json.member("pad_token", padding)
        json.member("word_delimiter_token", wordDelimiter)
        json.member("cleanup", cleanup)
      case .sequence(let parts):
        json.member("type", "Sequence")
        json.key("decoders")
        json.array { json in for part in parts { write(part, &json) } }
      }
    }
  }
}
