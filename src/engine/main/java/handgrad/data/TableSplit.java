package handgrad.data;

/**
 * Three parts of a table as tensors, x of FLOAT32 (rows, features) and y of FLOAT32 (rows, 1) for a number or INT32
 * (rows) for a class.
 *
 * @param train to learn from
 * @param dev to choose a model by
 * @param test to judge it by
 * @param encoding how cells became numbers, which the rows of train decided
 */
public record TableSplit(TensorDataset train, TensorDataset dev, TensorDataset test, TableEncoding encoding) {}
