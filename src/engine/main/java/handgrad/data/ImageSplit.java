package handgrad.data;

/** Images to learn from and images to judge by, of the same size. */
public record ImageSplit(ImageDataset train, ImageDataset test) {}
