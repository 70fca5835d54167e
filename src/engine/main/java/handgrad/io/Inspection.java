package handgrad.io;

import handgrad.io.StoredTensor.Checksum;
import java.util.List;
import java.util.Map;

/**
 * What is in a file of tensors, without their elements.
 *
 * @param tensors in the order of their elements in the file
 * @param metadata the texts under {@code __metadata__}, without the checksums
 * @param hash that of {@link WeightsHash}
 */
public record Inspection(List<StoredTensor> tensors, Map<String, String> metadata, String hash) {
    /** Cannot be changed. */
    public Inspection {
        tensors = List.copyOf(tensors);
        metadata = Map.copyOf(metadata);
    }

    /** The names of the tensors whose elements or checksums have changed since they were written. */
    public List<String> damaged() {
        return tensors.stream()
                .filter(tensor -> tensor.checksum() == Checksum.DAMAGED)
                .map(StoredTensor::name)
                .toList();
    }
}
