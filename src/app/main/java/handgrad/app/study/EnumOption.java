package handgrad.app.study;

import handgrad.app.command.WrongInputException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Constants by the names that options have for them: {@code leaky-relu} is LEAKY_RELU. */
public final class EnumOption {
    private EnumOption() {}

    /** The constant of a name; refuses another by naming them all. */
    public static <E extends Enum<E>> E of(E[] values, String option, String name) {
        return Stream.of(values)
                .filter(value -> title(value).equals(name))
                .findFirst()
                .orElseThrow(() -> new WrongInputException("%s: there is no %s; it may be %s"
                        .formatted(
                                option,
                                name,
                                Stream.of(values).map(EnumOption::title).collect(Collectors.joining(", ")))));
    }

    private static String title(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
