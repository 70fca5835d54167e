package handgrad.models;

/**
 * The sizes of a {@link MakemoreModel}, and the dropout of the transformer. Which of the sizes a model has, it says
 * itself.
 *
 * @param vocabulary the symbols that it knows, with that of the start and end of a word
 * @param blockSize the positions of a word: one more than the longest has characters
 * @param layers the blocks of the transformer
 * @param heads the heads of each of its attentions
 * @param embedding the numbers that a symbol becomes; of the transformer a multiple of its heads
 * @param hidden the units of a hidden layer, or of the state of a recurrent one: makemore.py's {@code n_embd2}
 * @param dropout the probability with which the transformer drops, from 0 and below 1; makemore.py has none
 */
public record MakemoreOptions(
        int vocabulary, int blockSize, int layers, int heads, int embedding, int hidden, double dropout) {
    /** makemore.py's on its names.txt: 27 symbols, 16 positions, 4 layers of 4 heads, 64 numbers and 64 units. */
    public static final MakemoreOptions MAKEMORE = new MakemoreOptions(27, 16, 4, 4, 64, 64, 0);

    /** Checks that each size is at least 1, and the dropout from 0 and below 1. */
    public MakemoreOptions {
        if (Math.min(Math.min(Math.min(vocabulary, blockSize), Math.min(layers, heads)), Math.min(embedding, hidden))
                < 1) {
            throw new IllegalArgumentException("MakemoreOptions: each size must be at least 1, they are vocabulary "
                    + vocabulary + ", block size " + blockSize + ", layers " + layers + ", heads " + heads
                    + ", embedding " + embedding + " and hidden " + hidden);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("MakemoreOptions: dropout must be from 0 and below 1, it is " + dropout);
        }
    }

    /** These sizes for other words. */
    public MakemoreOptions withWords(int vocabulary, int blockSize) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }

    /** These sizes with another number of layers. */
    public MakemoreOptions withLayers(int layers) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }

    /** These sizes with another number of heads. */
    public MakemoreOptions withHeads(int heads) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }

    /** These sizes with another embedding. */
    public MakemoreOptions withEmbedding(int embedding) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }

    /** These sizes with another number of hidden units. */
    public MakemoreOptions withHidden(int hidden) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }

    /** These sizes with another dropout. */
    public MakemoreOptions withDropout(double dropout) {
        return new MakemoreOptions(vocabulary, blockSize, layers, heads, embedding, hidden, dropout);
    }
}
