package handgrad.jmh.gpt;

import handgrad.data.Batch;
import handgrad.jmh.peer.Libtorch;
import handgrad.jmh.peer.TrainingStep;
import handgrad.nn.GptOptions;
import handgrad.nn.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A GPT by libtorch with autograd, its fused attention and its AdamW, called through JavaCPP. A weight is (out, in), as
 * in PyTorch.
 */
public final class LibtorchGpt implements GptPeer {
    private static final double NORM_EPSILON = 1e-5;

    @Override
    public String title() {
        return "libtorch";
    }

    @Override
    public String version() {
        return new Libtorch().version();
    }

    @Override
    public TrainingStep start(GptWorkload workload, int threads) {
        Libtorch.load(threads);
        return new Network(workload);
    }

    /** A function with parameters. */
    private interface Operation {
        Tensor apply(Tensor x);
    }

    private record Block(
            Operation norm1,
            Operation qkv,
            Operation projection,
            Operation norm2,
            Operation expand,
            Operation contract) {}

    private static final class Network implements TrainingStep {
        private final GptOptions options;
        private final Map<String, Parameter> named;
        private final TensorVector parameters = new TensorVector();
        private final IdentityHashMap<Batch, Tensor[]> batches = new IdentityHashMap<>();
        private final Tensor tokens;
        private final Tensor positions;
        private final List<Block> blocks = new ArrayList<>();
        private final Operation norm;
        private final Operation head;
        private final AdamW adam;

        Network(GptWorkload workload) {
            options = workload.options();
            named = workload.build().namedParameters();
            tokens = parameter("tokens.weight");
            positions = parameter("positions.weight");
            for (int i = 0; i < options.layers(); i++) {
                var block = "blocks." + i + ".";
                blocks.add(new Block(
                        norm(block + "norm1"),
                        linear(block + "attention.qkv"),
                        linear(block + "attention.projection"),
                        norm(block + "norm2"),
                        linear(block + "expand"),
                        linear(block + "contract")));
            }
            norm = norm("norm");
            head = options.tied() ? x -> torch.linear(x, tokens) : linear("head");
            // Its betas and epsilon are the workload's by default.
            var adamOptions = new AdamWOptions(workload.learningRate());
            adamOptions.weight_decay().put(0.0);
            adam = new AdamW(parameters, adamOptions);
        }

        private Operation norm(String name) {
            var gain = new TensorOptional(parameter(name + ".weight"));
            var bias = optional(name + ".bias");
            return x -> torch.layer_norm(x, new long[] {options.embedding()}, gain, bias, NORM_EPSILON, true);
        }

        private Operation linear(String name) {
            var weight = parameter(name + ".weight");
            var bias = optional(name + ".bias");
            return x -> torch.linear(x, weight, bias);
        }

        private TensorOptional optional(String name) {
            return named.containsKey(name) ? new TensorOptional(parameter(name)) : new TensorOptional();
        }

        /** A copy that autograd gives a gradient; the weight of a linear layer is transposed. */
        private Tensor parameter(String name) {
            var value = named.get(name).value();
            boolean table = name.equals("tokens.weight") || name.equals("positions.weight");
            long[] sizes = IntStream.of(value.shape().toArray()).asLongStream().toArray();
            var flat = torch.tensor(value.floats());
            var copy = sizes.length == 2 && !table
                    ? flat.view(sizes).t().contiguous()
                    : flat.view(sizes).clone();
            copy.set_requires_grad(true);
            parameters.push_back(copy);
            return copy;
        }

        private static Tensor indices(handgrad.tensor.Tensor values) {
            var longs = IntStream.of(values.ints()).asLongStream().toArray();
            return torch.tensor(longs).view(values.size(0), values.size(1)).clone();
        }

        private Tensor attention(Block block, Tensor x) {
            long n = x.size(0);
            long t = x.size(1);
            int heads = options.heads();
            var parts = block.qkv.apply(x).split(options.embedding(), 2);
            var mixed = torch.scaled_dot_product_attention(
                    parts.get(0).view(n, t, heads, -1).transpose(1, 2),
                    parts.get(1).view(n, t, heads, -1).transpose(1, 2),
                    parts.get(2).view(n, t, heads, -1).transpose(1, 2),
                    new TensorOptional(),
                    0,
                    true,
                    new DoubleOptional(),
                    false);
            return block.projection.apply(mixed.transpose(1, 2).contiguous().view(n, t, options.embedding()));
        }

        private Tensor logits(Tensor x) {
            var h = torch.embedding(tokens, x).add(positions.narrow(0, 0, x.size(1)));
            var approximate = options.exactGelu() ? "none" : "tanh";
            for (var block : blocks) {
                h = h.add(attention(block, block.norm1.apply(h)));
                var wide = torch.gelu(block.expand.apply(block.norm2.apply(h)), approximate);
                h = h.add(block.contract.apply(wide));
            }
            return head.apply(norm.apply(h)).view(-1, options.vocabulary());
        }

        @Override
        public double run(Batch batch) {
            var pair = batches.computeIfAbsent(batch, b ->
                    new Tensor[] {indices(b.x()), indices(b.y()).view(-1)});
            try (var _ = new PointerScope()) {
                var loss = torch.cross_entropy_loss(logits(pair[0]), pair[1]);
                adam.zero_grad();
                loss.backward();
                adam.step();
                return loss.item_float();
            }
        }
    }
}
