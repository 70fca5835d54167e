package handgrad.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/**
 * A headless Chromium and its ChromeDriver, as found on the path. Without them a test is skipped, or fails where
 * {@code -Dhandgrad.chromium=required} says that they must be there.
 */
public final class Chromium implements AutoCloseable {
    private static final Pattern REQUEST =
            Pattern.compile("\"method\":\"Network\\.requestWillBeSent\".*?\"request\":\\{.*?\"url\":\"([^\"]*)\"");

    private static final String BLANK = "about:blank";

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts a browser with a new profile in {@code folder}. */
    public static Chromium start(Path folder) {
        var binary = onPath("chromium", "chromium-browser", "google-chrome");
        var driver = onPath("chromedriver");
        if (binary.isEmpty() || driver.isEmpty()) {
            var missing = "no Chromium with ChromeDriver on the path, so no page was tested in a browser";
            if ("required".equals(System.getProperty("handgrad.chromium"))) {
                fail(missing);
            }
            return abort(missing);
        }
        var options = new ChromeOptions();
        options.setBinary(binary.get());
        options.setCapability(ChromeOptions.LOGGING_PREFS, Map.of(LogType.BROWSER, "ALL", LogType.PERFORMANCE, "ALL"));
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + folder.resolve("profile"),
                // What the first tab opens: the new-tab page asks for hundreds of files of its own.
                BLANK);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.get())
                .usingAnyFreePort()
                .build();
        var chromium = new Chromium(new ChromeDriver(service, options));
        // Waits until the tab has left whatever it showed at the start, so that no request of that comes later.
        chromium.open(URI.create(BLANK));
        return chromium;
    }

    private static Optional<File> onPath(String... names) {
        var folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator);
        return Stream.of(names)
                .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toFile)
                .findFirst();
    }

    /** The width of the screen, and whether the user prefers dark pages. */
    public void emulate(int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 844, "deviceScaleFactor", 1, "mobile", width < 500));
        var preference = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(preference)));
    }

    public void open(URI address) {
        driver.get(address.toString());
    }

    /** What a program returns: a Boolean, Long, Double, String, List or Map. */
    public @Nullable Object run(String program) {
        return driver.executeScript(program);
    }

    /** Clicks the first element that a selector names, in its middle, as a mouse does. */
    public void click(String selector) {
        driver.findElement(By.cssSelector(selector)).click();
    }

    /** Waits until a program returns true. */
    public void await(String program) throws InterruptedException {
        for (int i = 0; i < 100 && !Boolean.TRUE.equals(run(program)); i++) {
            Thread.sleep(100);
        }
        assertThat(run(program)).as(program).isEqualTo(true);
    }

    public byte[] png() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** What the console has been told since the last call; a browser reports refused and failed requests there too. */
    public List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    /** The addresses that have been asked for since the last call. */
    public List<String> requests() {
        return driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                .map(entry -> REQUEST.matcher(entry.getMessage()))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
