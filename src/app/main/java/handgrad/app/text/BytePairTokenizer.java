package handgrad.app.text;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import handgrad.data.Tokenizer;

/**
 * The byte-pair encoding of GPT-2, by the library jtokkit. A token is one or more bytes of UTF-8, so a text that is cut
 * between two tokens may end within a character.
 */
public final class BytePairTokenizer implements Tokenizer {
    /** The token that stands between two texts; no text is encoded as it. */
    public static final int END_OF_TEXT = 50_256;

    private final Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);

    /** 50,257. */
    @Override
    public int size() {
        return END_OF_TEXT + 1;
    }

    /** The tokens of a text, in which the names of special tokens are text like any other. */
    @Override
    public int[] encode(String text) {
        return encoding.encodeOrdinary(text).toArray();
    }

    @Override
    public String decode(int... tokens) {
        var list = new IntArrayList(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= size()) {
                throw new IllegalArgumentException(
                        "decode: token " + i + " is " + tokens[i] + ", the vocabulary has 0 to " + (size() - 1));
            }
            list.add(tokens[i]);
        }
        return encoding.decode(list);
    }
}
