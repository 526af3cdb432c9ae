/// How one of the many ways to cut a text into tokens is drawn (subword regularization).
///
/// Training on another cut of the same text each time makes models robust. Encoding is deterministic
/// unless one of these is asked for: in particular, a `dropout` that a tokenizer's file states is not
/// applied by `Tokenizer.encode`, unlike in Hugging Face's library, but is there to be passed on (see
/// `Tokenizer.storedSampling`).
public enum TokenSampling: Sendable, Equatable {
  /// BPE-dropout (Provilkov et al. 2020): every merge is passed over with this probability. 0 changes
  /// nothing, 1 leaves the smallest tokens. For a model of the sentencepiece library this is the `alpha`
  /// of its `SampleEncode`, where a merge that has been passed over does not come again.
  case dropout(Float)
  /// Any way to cut the text under a unigram model, with probability proportional to its own to the
  /// power of alpha (Kudo 2018): SentencePiece's `SampleEncode` with `nbest_size` −1. Where texts are
  /// cut into words first, every word is drawn by itself.
  case unigram(alpha: Float)
  /// One of the best ways, by the same rule: SentencePiece's `SampleEncode` with that `nbest_size`.
  case nBest(Int, alpha: Float)
}
