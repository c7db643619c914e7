"""The fair pool of workers, and what runs side by side in threads. Knows neither torch nor the browser."""
