package handgrad.nn;

/**
 * The sizes of a {@link Gpt} and what its versions differ in.
 *
 * <pre>{@code
 * new Gpt(GptOptions.NANO_CPU.withVocabulary(65), random)
 * }</pre>
 *
 * @param vocabulary the tokens that it knows, V
 * @param blockSize the positions that it sees at most
 * @param layers the number of blocks
 * @param heads the heads of each attention
 * @param embedding the numbers that a token becomes, C; a multiple of the heads
 * @param dropout the probability that an element is left out in training; from 0 to below 1
 * @param bias whether linear layers and normalisations have biases; the head has none
 * @param tied whether the head uses the table of the tokens
 * @param exactGelu whether the activation is the exact GELU, not the one by tanh
 * @param draws how the first weights are drawn
 */
public record GptOptions(
        int vocabulary,
        int blockSize,
        int layers,
        int heads,
        int embedding,
        double dropout,
        boolean bias,
        boolean tied,
        boolean exactGelu,
        Draws draws) {

    /** How the first weights are drawn, in the order of the layers. */
    public enum Draws {
        /** PyTorch's defaults: tables normal with deviation 1, linear layers uniform within 1/√fanIn. */
        PYTORCH,
        /**
         * GPT-2's, in the order in which nanoGPT draws them, so that a seed gives its weights: normal with deviation
         * 0.02, and 0.02/√(2 · layers) for what is added to the stream of a block; biases 0. PyTorch's defaults are
         * drawn before it and thrown away.
         */
        GPT2
    }

    /** nanoGPT's recipe for a CPU: 4 layers, 4 heads, 128 wide, blocks of 64; a vocabulary of 65 characters. */
    public static final GptOptions NANO_CPU = new GptOptions(65, 64, 4, 4, 128, 0, false, true, true, Draws.GPT2);

    /** makemore's transformer: 4 layers, 4 heads, 64 wide, blocks of 16; a vocabulary of 27. */
    public static final GptOptions MAKEMORE = new GptOptions(27, 16, 4, 4, 64, 0, true, false, false, Draws.PYTORCH);

    /** The smallest GPT-2, 124 million parameters. */
    public static final GptOptions GPT2 = new GptOptions(50_257, 1024, 12, 12, 768, 0, true, true, false, Draws.GPT2);

    /** Checks the sizes. */
    public GptOptions {
        requirePositive("the vocabulary", vocabulary);
        requirePositive("the block size", blockSize);
        requirePositive("the number of layers", layers);
        requirePositive("the number of heads", heads);
        if (embedding < 1 || embedding % heads != 0) {
            throw new IllegalArgumentException("GptOptions: the embedding must be a multiple of the heads, it is "
                    + embedding + " with " + heads + " heads");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("GptOptions: dropout must be at least 0 and below 1, it is " + dropout);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("GptOptions: " + name + " must be at least 1, it is " + value);
        }
    }

    /** These options with another vocabulary. */
    public GptOptions withVocabulary(int other) {
        return new GptOptions(other, blockSize, layers, heads, embedding, dropout, bias, tied, exactGelu, draws);
    }

    /** These options with another block size. */
    public GptOptions withBlockSize(int other) {
        return new GptOptions(vocabulary, other, layers, heads, embedding, dropout, bias, tied, exactGelu, draws);
    }

    /** These options with other numbers of layers and heads, and another embedding. */
    public GptOptions withSizes(int otherLayers, int otherHeads, int otherEmbedding) {
        return new GptOptions(
                vocabulary, blockSize, otherLayers, otherHeads, otherEmbedding, dropout, bias, tied, exactGelu, draws);
    }

    /** These options with another dropout. */
    public GptOptions withDropout(double other) {
        return new GptOptions(vocabulary, blockSize, layers, heads, embedding, other, bias, tied, exactGelu, draws);
    }

    /** These options with or without biases. */
    public GptOptions withBias(boolean other) {
        return new GptOptions(vocabulary, blockSize, layers, heads, embedding, dropout, other, tied, exactGelu, draws);
    }

    /** These options with a head that uses the table of the tokens, or one of its own. */
    public GptOptions withTied(boolean other) {
        return new GptOptions(vocabulary, blockSize, layers, heads, embedding, dropout, bias, other, exactGelu, draws);
    }

    /** These options with the exact GELU or the one by tanh. */
    public GptOptions withExactGelu(boolean other) {
        return new GptOptions(vocabulary, blockSize, layers, heads, embedding, dropout, bias, tied, other, draws);
    }

    /** These options with weights drawn in another way. */
    public GptOptions withDraws(Draws other) {
        return new GptOptions(vocabulary, blockSize, layers, heads, embedding, dropout, bias, tied, exactGelu, other);
    }
}
