package handgrad.check.registry;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.Layer;
import handgrad.tensor.Activations;
import handgrad.tensor.Attention;
import handgrad.tensor.Convolutions;
import handgrad.tensor.Functional;
import handgrad.tensor.Grouped;
import handgrad.tensor.ImageNormalizations;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Normalizations;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Pooling;
import handgrad.tensor.Recurrences;
import handgrad.tensor.RmsNormalizations;
import handgrad.tensor.Sequences;
import handgrad.tensor.Sorted;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.io.IOException;
import java.lang.module.ModuleReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That no operation, layer or loss is missing in the registry. */
@Tag("no-kernel")
class CompletenessTest {
    /** Methods of Tensor that return a tensor and compute nothing. */
    private static final Set<String> COPIES = Set.of("copy", "copyFrom", "fill", "onesLike", "to", "zerosLike");

    private static final Set<String> NAMES =
            Registry.proofs().stream().map(Proof::name).collect(Collectors.toSet());

    @Test
    void names_are_unique() {
        assertThat(Registry.proofs()).extracting(Proof::name).doesNotHaveDuplicates();
    }

    /** Each form of a method: {@code sum(int)} and {@code sum(int, boolean)} are two. */
    static Stream<String> tensorOperations() {
        return Arrays.stream(Tensor.class.getMethods())
                .filter(method -> method.getReturnType() == Tensor.class || method.getReturnType() == Sorted.class)
                .filter(method -> !Modifier.isStatic(method.getModifiers()) || takesTensors(method))
                .filter(method -> !COPIES.contains(method.getName()))
                .map(method -> "Tensor." + signature(method));
    }

    private static boolean takesTensors(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .anyMatch(type -> type == Tensor.class || type == Tensor[].class);
    }

    private static String signature(Method method) {
        var parameters = Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", "));
        var shown = method.isVarArgs() ? parameters.substring(0, parameters.length() - 2) + "..." : parameters;
        return method.getName() + "(" + shown + ")";
    }

    /** A backward pass belongs to the record of its forward pass. */
    static Stream<String> functions() {
        return Stream.of(
                        Functional.class,
                        Grouped.class,
                        Sequences.class,
                        LossFunctions.class,
                        Activations.class,
                        Convolutions.class,
                        Pooling.class,
                        PointwiseLosses.class,
                        Normalizations.class,
                        Recurrences.class,
                        Attention.class,
                        RmsNormalizations.class,
                        ImageNormalizations.class,
                        Updates.class)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.getName().contains("Backward"))
                .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName());
    }

    static Stream<String> layersAndLosses() throws IOException {
        return nnClasses().stream()
                .filter(type -> Modifier.isPublic(type.getModifiers()) && !type.isInterface())
                .filter(type -> Layer.class.isAssignableFrom(type)
                        || type.getSimpleName().endsWith("Loss"))
                .map(Class::getSimpleName);
    }

    private static List<Class<?>> nnClasses() throws IOException {
        var module = Layer.class.getModule();
        var reference = module.getLayer()
                .configuration()
                .findModule(module.getName())
                .orElseThrow()
                .reference();
        try (ModuleReader reader = reference.open()) {
            return reader.list()
                    .filter(file -> file.matches("handgrad/nn/\\w+\\.class"))
                    .<Class<?>>map(file -> Class.forName(
                            module, file.replace('/', '.').substring(0, file.length() - ".class".length())))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource({"tensorOperations", "functions"})
    void operation_has_a_record(String operation) {
        assertThat(NAMES)
                .as("%s has no record in the registry: add one in handgrad.check.registry", operation)
                .contains(operation);
    }

    /** A layer may have several records, {@code BatchNorm1d} and {@code BatchNorm1d, evaluation}. */
    @ParameterizedTest
    @MethodSource("layersAndLosses")
    void layer_has_a_record(String layer) {
        operation_has_a_record(layer);
    }

    @Test
    void the_lists_are_whole() throws IOException {
        assertThat(tensorOperations())
                .contains(
                        "Tensor.topK(int, int)",
                        "Tensor.cat(int, Tensor...)",
                        "Tensor.sum()",
                        "Tensor.sum(int, boolean)");
        assertThat(functions()).contains("Functional.linear");
        assertThat(layersAndLosses()).contains("Linear", "Sequential", "CrossEntropyLoss");
    }
}
