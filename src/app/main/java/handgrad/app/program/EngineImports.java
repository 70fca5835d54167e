package handgrad.app.program;

import handgrad.tensor.Tensor;
import java.lang.module.ModuleDescriptor.Exports;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The imports of the engine. An import of the module alone leaves a name ambiguous that another imported module has
 * too, as java.base has {@link java.lang.reflect.Parameter}; that of a package goes before those of modules (Java
 * Language Specification 6.4.1).
 */
final class EngineImports {
    private static final String MODULE = "import module handgrad;";

    private static final Pattern IMPORT = Pattern.compile("^\\s*import\\s+module\\s+handgrad\\s*;", Pattern.MULTILINE);

    /** Every package of the engine. */
    private static final String PACKAGES = Tensor.class.getModule().getDescriptor().exports().stream()
            .filter(exports -> !exports.isQualified())
            .map(Exports::source)
            .sorted()
            .map("import %s.*;"::formatted)
            .collect(Collectors.joining(" "));

    private EngineImports() {}

    /** The imports for a program that has none. */
    static String all() {
        return MODULE + " " + PACKAGES;
    }

    /** A source whose import of the module imports its packages too; its lines stay the same. */
    static String completed(CharSequence source) {
        return IMPORT.matcher(source).replaceAll("$0 " + PACKAGES);
    }
}
