package handgrad.io;

import handgrad.file.PrintableText;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A model's weights in a file that PyTorch reads and writes, with PyTorch's names and shapes.
 *
 * <pre>{@code
 * safetensors.torch.save_file(model.state_dict(), "model.safetensors")            # Python
 * TorchWeights.load(Path.of("model.safetensors"), model);                         // Java, and back:
 * TorchWeights.save(Path.of("model.safetensors"), model);
 * model.load_state_dict(safetensors.torch.load_file("model.safetensors"))         # Python
 * }</pre>
 *
 * <p>Names are equal unless a map says otherwise, as those of a {@link handgrad.nn.Sequential} and PyTorch's are:
 * {@code 0.weight}. The weights of
 * {@code Linear} (out, in), {@code Conv2d} (out, in/groups, height, width), {@code ConvTranspose2d} (in, out/groups,
 * height, width) and {@code Conv1d} (out, in, k) become those of {@link handgrad.nn.Linear}, {@link
 * handgrad.nn.Conv2d}, {@link handgrad.nn.ConvTranspose2d} and {@link handgrad.nn.CausalConv1d}, which are (rows, out),
 * of the transposed convolution (rows, in); all other tensors, such as those of an embedding or a normalisation, have
 * one shape in both. Of {@link handgrad.nn.Rnn}, {@link handgrad.nn.Gru} and {@link handgrad.nn.Lstm} the names differ
 * too: {@code input.weight} and {@code hidden.weight}, (rows, out), are {@code weight_ih_l0} and {@code weight_hh_l0},
 * (out, in), the biases {@code bias_ih_l0} and {@code bias_hh_l0}.
 *
 * <p>Of a batch normalisation running_mean and running_var are taken as they are. One that follows the deviation has
 * running_std = √(running_var + epsilon), with the epsilon of its options: PyTorch's layer must have the same for equal
 * outputs in evaluation. {@code num_batches_tracked} may be in a file that is loaded; a file that is saved says 0,
 * because no layer here counts, and PyTorch reads it only for momentum=None.
 *
 * <p>A tied parameter ({@link handgrad.nn.Parts#tie}) has one name here and two in PyTorch. A file that is loaded has
 * one of them, as {@code safetensors.torch.save_model} writes it, or both with equal numbers; one that is saved has
 * both.
 *
 * <p>Equal numbers give equal outputs only where the options of the layers are equal too: stride, padding, epsilon.
 */
public final class TorchWeights {
    private TorchWeights() {}

    /**
     * Copies the tensors of a file into a model, converted to its type.
     *
     * @throws SafetensorsException if the file cannot be read, or a name is missing or unknown, a shape differs, or a
     *     number does not fit into the type or cannot be; all names and shapes that are wrong are listed, and nothing
     *     is changed
     * @throws IllegalArgumentException if the model has a layer that PyTorch has not
     */
    public static void load(Path file, Layer model) throws SafetensorsException {
        load(file, model, Map.of());
    }

    /**
     * As {@link #load(Path, Layer)}, for a file whose names are others.
     *
     * <pre>{@code
     * TorchWeights.load(file, model, Map.of("features", "", "fc.1", "9"));     // features.0.weight is 0.weight here
     * }</pre>
     *
     * @param names by names in the file what they are here, as {@link #save} writes them. A name is that of a tensor,
     *     or of a layer for all tensors inside it; empty for the model itself. Of several that fit a tensor the longest
     *     counts, and a tensor that none fits keeps its name.
     * @throws SafetensorsException also if a name to change is not in the file, or several tensors get one name
     */
    public static void load(Path file, Layer model, Map<String, String> names) throws SafetensorsException {
        var layout = new TorchLayout(model);
        var problems = new ArrayList<String>();
        var saved = renamed(Safetensors.read(file).tensors(), names, problems);
        var missing = new ArrayList<String>();
        layout.ties().forEach((second, name) -> takeTied(saved, name, second).ifPresent(problems::add));
        var own = new LinkedHashMap<String, Tensor>();
        layout.places().forEach((name, place) -> {
            var torch = saved.remove(place.torchName());
            if (torch == null) {
                missing.add(place.torchName() + " " + place.torchShape());
                return;
            }
            var problem = TorchLayout.problem(place, torch);
            if (problem.isPresent()) {
                problems.add(problem.get());
            } else {
                own.put(name, TorchLayout.fromTorch(place, torch));
            }
        });
        saved.keySet().removeAll(layout.counts());
        var unknown = saved.entrySet().stream()
                .map(entry -> PrintableText.excerpt(entry.getKey()) + " "
                        + entry.getValue().shape())
                .toList();
        addFirst(problems, "unknown ", unknown);
        addFirst(problems, "missing ", missing);
        if (!problems.isEmpty()) {
            throw new SafetensorsException(file, "does not fit the model: " + String.join("; ", problems));
        }
        try {
            model.loadStateDict(own);
        } catch (IllegalArgumentException e) {
            throw new SafetensorsException(file, "does not fit the model: " + e.getMessage(), e);
        }
    }

    /** Leaves a tied parameter the one name that it has here; a problem where two tensors differ. */
    private static Optional<String> takeTied(Map<String, Tensor> saved, String name, String second) {
        var tensor = saved.remove(second);
        if (tensor == null) {
            return Optional.empty();
        }
        var other = saved.putIfAbsent(name, tensor);
        return other == null || other.equals(tensor)
                ? Optional.empty()
                : Optional.of(second + " differs from " + name + ", and they are one parameter in the model");
    }

    private static Map<String, Tensor> renamed(
            Map<String, Tensor> saved, Map<String, String> names, List<String> problems) {
        var renamed = new LinkedHashMap<String, Tensor>();
        var origins = new LinkedHashMap<String, String>();
        var unused = new TreeSet<>(names.keySet());
        saved.forEach((name, tensor) -> {
            var key = names.keySet().stream()
                    .filter(each -> name.equals(each) || name.startsWith(each + "."))
                    .max(Comparator.comparingInt(String::length));
            key.ifPresent(unused::remove);
            var own = key.map(each -> rename(names.getOrDefault(each, ""), name.substring(each.length())))
                    .orElse(name);
            var other = origins.putIfAbsent(own, name);
            if (other == null) {
                renamed.put(own, tensor);
            } else {
                problems.add(PrintableText.excerpt(other) + " and " + PrintableText.excerpt(name) + " are both "
                        + PrintableText.excerpt(own));
            }
        });
        addFirst(problems, "to rename, but not in the file: ", List.copyOf(unused));
        return renamed;
    }

    private static String rename(String own, String rest) {
        return own.isEmpty() && rest.startsWith(".") ? rest.substring(1) : own + rest;
    }

    private static void addFirst(List<String> problems, String what, List<String> names) {
        if (!names.isEmpty()) {
            problems.addFirst(what + String.join(", ", names));
        }
    }

    /**
     * Writes a model's tensors as PyTorch has them, or replaces the file whole.
     *
     * @throws SafetensorsException if the file cannot be written
     * @throws IllegalArgumentException if the model has a layer that PyTorch has not, or a running deviation whose
     *     square is below epsilon, so that PyTorch's variance would be below 0; nothing is written
     */
    public static void save(Path file, Layer model) throws SafetensorsException {
        var layout = new TorchLayout(model);
        var state = model.stateDict();
        var torch = new LinkedHashMap<String, Tensor>();
        state.forEach((name, own) -> {
            var place = layout.places().get(name);
            if (place == null) {
                throw new IllegalStateException("TorchWeights: " + name + " has no place");
            }
            var converted = TorchLayout.toTorch(place, own);
            if (place instanceof TorchLayout.Deviation) {
                TorchLayout.negative(place, converted).ifPresent(problem -> {
                    throw new IllegalArgumentException("TorchWeights: " + name + "² - epsilon is below 0: " + problem);
                });
            }
            torch.put(place.torchName(), converted);
        });
        layout.ties().forEach((second, name) -> torch.put(second, Objects.requireNonNull(torch.get(name))));
        layout.counts().forEach(name -> torch.put(name, Tensor.of(new int[1])));
        Safetensors.write(file, torch, Map.of("format", "pt"));
    }
}
