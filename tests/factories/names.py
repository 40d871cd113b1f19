"""Names that people have, of many cultures, written down for these tests; and what is typed in place of a name."""

REAL: tuple[tuple[str, str], ...] = (
    # Short
    *(("Bo", "Li"), ("Al", "Wu"), ("Jo", "Ng"), ("Ed", "Ek"), ("Ty", "Ax"), ("Xu", "Yi"), ("Ai", "Ō"), ("Eve", "O")),
    *(("An", "Vo"), ("Su", "U"), ("Aa", "Aas"), ("Yu", "E"), ("Ng", "Ng"), ("Å", "Ås"), ("Ia", "Io"), ("Hu", "Sy")),
    # The same twice, or nearly
    *(("Ali", "Ali"), ("Thomas", "Thomas"), ("Jan", "Janssen"), ("Hassan", "Hassan"), ("Lulu", "Lu"), ("Mimi", "Bibi")),
    # With signs
    *(("Anne-Marie", "Dupont-Lévêque"), ("Jean-Luc", "Le Goff"), ("Seán", "O'Brien"), ("Siobhán", "Ní Dhomhnaill")),
    *(("Mary", "O’Neil-Smith"), ("D'Angelo", "De'Ath"), ("J.", "Smith Jr."), ("Martin", "Luther King, Jr.")),
    *(("Ka‘iulani", "Kawānanakoa"), ("Nuñez", "Íñiguez"), ("Marie-Thérèse", "d'Aubigné"), ("M.", "N.")),
    *(("Maria José", "dos Santos e Silva"), ("Juan Carlos", "de la Cruz y Vega"), ("Catherine (Kate)", "Byrne")),
    # Eastern Europe and the Balkans: consonants in a row
    *(
        ("Zdzisław", "Brzęczyszczykiewicz"),
        ("Krzysztof", "Szczęsny"),
        ("Vlk", "Smrž"),
        ("Srđan", "Grgić"),
        ("Hrvoje", "Krk"),
    ),
    *(
        ("Jiří", "Vrch"),
        ("Zbyněk", "Čtvrtlík"),
        ("Trygve", "Brynjólfsson"),
        ("Ljubinka", "Hadžić"),
        ("Strahinja", "Trstenjak"),
    ),
    *(("Ľudmila", "Štrbová"), ("Dmytro", "Shcherbytskyi"), ("Agnieszka", "Łżycka"), ("Olexandr", "Zhytnytskyi")),
    # The North
    *(("Björk", "Guðmundsdóttir"), ("Åsa", "Öström"), ("Þór", "Ægisson"), ("Søren", "Ærø"), ("Aino", "Yli-Jyrä")),
    *(("Gwyn", "Llwyd"), ("Rhys", "Prydderch"), ("Myfanwy", "Gwynn"), ("Bryn", "Ynyr"), ("Schmidtchen", "Schwarz")),
    # Other alphabets
    *(
        ("Анна", "Щукина"),
        ("Γιώργος", "Παπαδόπουλος"),
        ("محمد", "العربي"),
        ("יעל", "כהן"),
        ("小明", "王"),
        ("花子", "山田"),
    ),
    *(("민준", "김"), ("पूजा", "शर्मा"), ("সুমন", "রায়"), ("நிலா", "குமார்"), ("สมชาย", "ใจดี"), ("გიორგი", "ბერიძე")),
    *(("Գոռ", "Հակոբյան"), ("ሰላም", "ተስፋዬ"), ("ณัฐ", "ก"), ("林", "李"), ("や", "ゆ")),
    # Vietnam, China, Korea, Japan in Latin letters
    *(("Nguyễn", "Thị Hồng"), ("Trịnh", "Xuân Thuận"), ("Xiuying", "Qiu"), ("Zhihao", "Zhang"), ("Hyun-woo", "Park")),
    *(
        ("Ji-hye", "Eum"),
        ("Ryū", "Ōe"),
        ("Yuu", "Aoi"),
        ("Keiko", "Ii"),
        ("Hsu", "Hwang"),
        ("Ngo", "Ngoc"),
        ("Ddung", "Trn"),
    ),
    # South Asia
    *(
        ("Venkatanarasimharajuvaripeta", "Rao"),
        ("S.", "Ramanujan"),
        ("Aaditya", "Iyyengar"),
        ("Aarav", "Ee"),
        ("Jyoti", "Jha"),
    ),
    *(("Krrish", "Bhattacharyya"), ("Mst.", "Khatun"), ("Pt", "Hrdy"), ("Ssenyonga", "Mwesigwa")),
    # Africa
    *(("Nkosazana", "Dlamini-Zuma"), ("Mbwana", "Nyerere"), ("Ngozi", "Okonjo-Iweala"), ("Tsholofelo", "Mtshweni")),
    *(("Chukwuemeka", "Nwachukwu"), ("Kwame", "Asante"), ("Ndèye", "Sy"), ("Zanele", "Ntshingila"), ("Nǃxau", "ǂToma")),
    # Persia, Turkey, the Caucasus: Reza lies side by side on a French keyboard
    *(("Reza", "Azer"), ("Azer", "Reza"), ("Gül", "Öz"), ("Çağrı", "Ünsal"), ("Ilgız", "Şık"), ("Mehr", "Zand")),
    # The Americas and the Pacific
    *(
        ("Xochitl", "Tlatilpa"),
        ("Itzel", "Ixchel"),
        ("Aroha", "Ngata"),
        ("Tū", "Te Ao"),
        ("Kekoa", "Aa"),
        ("Nawat", "Quetzal"),
    ),
    # On a keyboard row, or words for something else
    *(
        ("Wert", "Trew"),
        ("Dieter", "Wertz"),
        ("Hans", "Ertz"),
        ("Tess", "Ter"),
        ("Justus", "Testa"),
        ("Esteban", "Testino"),
    ),
    *(("Doe", "Adeer"), ("Jane", "Null"), ("Noël", "Noon"), ("Anna", "Hannah"), ("Otto", "Poppe"), ("Lee", "Eel")),
    *(
        ("Christmas", "Day"),
        ("Sunny", "Link"),
        ("Comfort", "Net"),
        ("Prince", "Demo"),
        ("Test", "Varga"),
        ("Aaaron", "Saar"),
    ),
    *(("Poly", "Polley"), ("Popo", "Kaka"), ("Were", "Wewe"), ("Sasas", "Dada"), ("Ada", "Sad"), ("Lolo", "Ololo")),
)

JUNK: tuple[tuple[str, str], ...] = (
    *(("asdf", "asdf"), ("qwerty", "qwerty"), ("Asdfgh", "Jkl"), ("zxcv", "Silva"), ("qwer", "tyui"), ("fdsa", "Ana")),
    *(("aaaa", "bbbb"), ("Xxxx", "Silva"), ("Ana", "zzzzzz"), ("AAA", "AAA")),
    *(("test", "test"), ("Test", "Tester"), ("TESTING", "test"), ("demo", "test")),
    *(
        ("http://cheap.example/pills", "x"),
        ("Ana", "www.buy-now.biz"),
        ("Visit spam.com", "Now"),
        ("ana@mail.com", "Silva"),
    ),
    *(
        ("123", "456"),
        ("Ana", "12345"),
        ("...", "???"),
        ("-", "-"),
        ("😀", "😀"),
        ("''", "__"),
        ("<b>", "</b>"),
        ("$$$", "Silva"),
    ),
)
