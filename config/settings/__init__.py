"""The settings: a module for each concern. Every knob is read once, through ``config.env``."""

import django_stubs_ext

from config.production import problems, refuse_unless_safe
from config.settings.applications import *
from config.settings.bodies import *
from config.settings.browsers import *
from config.settings.executions import *
from config.settings.market import *
from config.settings.outside import *
from config.settings.people import *
from config.settings.process import *
from config.settings.rates import *
from config.settings.rest import *
from config.settings.schedules import *
from config.settings.servers import *
from config.settings.sight import *
from config.settings.tasks import *
from config.settings.triggers import *

django_stubs_ext.monkeypatch()  # so that ModelAdmin[User] and the like can be written

PRODUCTION_REFUSES = list(problems(globals()))  # `trellis doctor` tells who is not there yet
if PRODUCTION:
    refuse_unless_safe(globals())
