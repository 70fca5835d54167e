package handgrad.models;

/**
 * The sizes of a {@link MakemoreModel}. Which of them a model has, it says itself.
 *
 * @param vocabulary the symbols that it knows, with that of the start and end of a word
 * @param blockSize the positions of a word: one more than the longest has characters
 * @param layers the blocks of the transformer
 * @param heads the heads of each of its attentions
 * @param embedding the numbers that a symbol becomes; of the transformer a multiple of its heads
 * @param hidden the units of a hidden layer, or of the state of a recurrent one: makemore.py's {@code n_embd2}
 */
public record MakemoreSizes(int vocabulary, int blockSize, int layers, int heads, int embedding, int hidden) {
    /** makemore.py's on its names.txt: 27 symbols, 16 positions, 4 layers of 4 heads, 64 numbers and 64 units. */
    public static final MakemoreSizes MAKEMORE = new MakemoreSizes(27, 16, 4, 4, 64, 64);

    /** Checks that each is at least 1. */
    public MakemoreSizes {
        if (Math.min(Math.min(Math.min(vocabulary, blockSize), Math.min(layers, heads)), Math.min(embedding, hidden))
                < 1) {
            throw new IllegalArgumentException("MakemoreSizes: each size must be at least 1, they are vocabulary "
                    + vocabulary + ", block size " + blockSize + ", layers " + layers + ", heads " + heads
                    + ", embedding " + embedding + " and hidden " + hidden);
        }
    }

    /** These sizes for other words. */
    public MakemoreSizes withWords(int vocabulary, int blockSize) {
        return new MakemoreSizes(vocabulary, blockSize, layers, heads, embedding, hidden);
    }

    /** These sizes with another number of layers. */
    public MakemoreSizes withLayers(int layers) {
        return new MakemoreSizes(vocabulary, blockSize, layers, heads, embedding, hidden);
    }

    /** These sizes with another number of heads. */
    public MakemoreSizes withHeads(int heads) {
        return new MakemoreSizes(vocabulary, blockSize, layers, heads, embedding, hidden);
    }

    /** These sizes with another embedding. */
    public MakemoreSizes withEmbedding(int embedding) {
        return new MakemoreSizes(vocabulary, blockSize, layers, heads, embedding, hidden);
    }

    /** These sizes with another number of hidden units. */
    public MakemoreSizes withHidden(int hidden) {
        return new MakemoreSizes(vocabulary, blockSize, layers, heads, embedding, hidden);
    }
}
