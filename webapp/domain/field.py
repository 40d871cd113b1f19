"""Fields of study: the two-digit families of the Classification of Instructional Programs.

Source: CIP 2020, National Center for Education Statistics (a work of the US government, public domain). Titles are
shortened to plain words. Families outside this list are refused by the parsers, so that a typing error is seen.
"""

from collections.abc import Mapping
from types import MappingProxyType

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "01": "agriculture",
        "03": "natural resources and conservation",
        "04": "architecture",
        "05": "area, ethnic and gender studies",
        "09": "communication and journalism",
        "10": "communications technologies",
        "11": "computer and information sciences",
        "12": "culinary and personal services",
        "13": "education",
        "14": "engineering",
        "15": "engineering technologies",
        "16": "languages and linguistics",
        "19": "family and consumer sciences",
        "21": "technology education",
        "22": "law and legal studies",
        "23": "English language and literature",
        "24": "liberal arts and general studies",
        "25": "library science",
        "26": "biological and biomedical sciences",
        "27": "mathematics and statistics",
        "28": "military science and leadership",
        "29": "military technologies",
        "30": "interdisciplinary studies, data science and analytics among them",
        "31": "parks, recreation and fitness",
        "32": "basic skills",
        "33": "citizenship activities",
        "34": "health-related knowledge and skills",
        "35": "interpersonal and social skills",
        "36": "leisure activities",
        "37": "personal awareness",
        "38": "philosophy and religious studies",
        "39": "theology",
        "40": "physical sciences",
        "41": "science technologies",
        "42": "psychology",
        "43": "security and protective services",
        "44": "public administration and social work",
        "45": "social sciences",
        "46": "construction trades",
        "47": "mechanic and repair technologies",
        "48": "precision production",
        "49": "transportation",
        "50": "visual and performing arts",
        "51": "health professions",
        "52": "business and management",
        "53": "high school diplomas",
        "54": "history",
        "60": "health residency programs",
        "61": "medical residency programs",
    }
)
