package handgrad.app.sequence;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a text is cut into. */
enum TokenizerKind {
    /** One token for each character that the text has. */
    CHARACTERS,
    /** The byte-pair encoding of GPT-2. */
    GPT2;

    /** The names on the command line. */
    static List<String> names() {
        return Arrays.stream(values())
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The one of this name. */
    static TokenizerKind named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
