package handgrad.io;

import handgrad.nn.GptOptions;
import handgrad.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The sizes of a GPT-2 and how its tensors follow each other in llm.c's files: sixteen kinds, those of blocks stacked,
 * weights as (out, in), the table of tokens with rows of padding.
 */
record Gpt2Layout(int positions, int vocabulary, int layers, int heads, int embedding, int paddedVocabulary) {
    /** To a multiple of it llm.c pads the vocabulary. */
    private static final int PADDING = 128;

    private static final int MOST_LAYERS = 1 << 12;

    /**
     * A tensor of the model.
     *
     * @param name in the model's state
     * @param shape in the model
     * @param transposed whether it is (in, out) in the model and (out, in) in the file
     * @param padding rows that follow in the file
     */
    record Place(String name, Shape shape, boolean transposed, int padding) {
        static Place vector(String name, int size) {
            return new Place(name, Shape.of(size), false, 0);
        }

        static Place matrix(String name, int in, int out) {
            return new Place(name, Shape.of(in, out), true, 0);
        }

        Place within(String block) {
            return new Place(block + name, shape, transposed, padding);
        }

        /** Elements of padding in the file. */
        long paddingElements() {
            return padding == 0 ? 0 : (long) padding * shape.size(1);
        }
    }

    /** Those of a model, with the vocabulary padded as llm.c pads it. */
    static Gpt2Layout padded(GptOptions options) {
        return new Gpt2Layout(
                options.blockSize(),
                options.vocabulary(),
                options.layers(),
                options.heads(),
                options.embedding(),
                Math.ceilDiv(options.vocabulary(), PADDING) * PADDING);
    }

    /** Those in the header of a file of a model; what is wrong with them is wrong with the file. */
    static Gpt2Layout of(Path file, Gpt2Reader reader) throws Gpt2FileException {
        var layout = new Gpt2Layout(
                reader.header(2),
                reader.header(3),
                reader.header(4),
                reader.header(5),
                reader.header(6),
                reader.header(7));
        var problem = layout.problem();
        if (!problem.isEmpty()) {
            throw new Gpt2FileException(file, "has " + layout + ": " + problem + "; copy or write it again");
        }
        return layout;
    }

    private String problem() {
        return positions < 1 || vocabulary < 1 || layers < 1 || heads < 1 || embedding < 1
                ? "each must be at least 1"
                : embedding % heads != 0
                        ? "the channels must be a multiple of the heads"
                        : paddedVocabulary < vocabulary
                                ? "the padded vocabulary must not be less than the vocabulary"
                                : isTooLarge()
                                        ? "a tensor here has at most 2^31 - 1 elements, and a model " + MOST_LAYERS
                                                + " layers"
                                        : "";
    }

    private boolean isTooLarge() {
        long most = Integer.MAX_VALUE / embedding;
        return paddedVocabulary > most || positions > most || 4L * embedding > most || layers > MOST_LAYERS;
    }

    /** The elements of all tensors in a file. */
    long elements() {
        long c = embedding;
        return ((long) paddedVocabulary + positions) * c + layers * (12 * c + 13) * c + 2 * c;
    }

    /** All tensors in the order of a file. */
    List<Place> places() {
        int c = embedding;
        var places = new ArrayList<Place>();
        places.add(new Place("tokens.weight", Shape.of(vocabulary, c), false, paddedVocabulary - vocabulary));
        places.add(new Place("positions.weight", Shape.of(positions, c), false, 0));
        for (var place : List.of(
                Place.vector("norm1.weight", c),
                Place.vector("norm1.bias", c),
                Place.matrix("attention.qkv.weight", c, 3 * c),
                Place.vector("attention.qkv.bias", 3 * c),
                Place.matrix("attention.projection.weight", c, c),
                Place.vector("attention.projection.bias", c),
                Place.vector("norm2.weight", c),
                Place.vector("norm2.bias", c),
                Place.matrix("expand.weight", c, 4 * c),
                Place.vector("expand.bias", 4 * c),
                Place.matrix("contract.weight", 4 * c, c),
                Place.vector("contract.bias", c))) {
            for (int block = 0; block < layers; block++) {
                places.add(place.within("blocks." + block + "."));
            }
        }
        places.add(Place.vector("norm.weight", c));
        places.add(Place.vector("norm.bias", c));
        return places;
    }

    /** In words, for messages. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d layers, %d heads, %d channels, %d positions and a vocabulary of %d, padded to %d",
                layers,
                heads,
                embedding,
                positions,
                vocabulary,
                paddedVocabulary);
    }
}
