"""The map: a run that moves, the guided path, a card for every page, and the presets, those that fail among them."""

from gan_core.presets import FLAGSHIP, PRESETS
from pages.home import cards
from pages.shared.shell import layout
from pages.shared.views import code, exports, slide

page = layout.begin("home", None)
cards.hero()
cards.path()
cards.pages()
cards.presets()
slide.of_recording(page, cards.HERO)
slide.button()
exports.expander(page)
code.expander(page, ("modes",), (PRESETS[FLAGSHIP].config,))
