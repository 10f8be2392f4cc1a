"""Care at hospitals: stays with their traps, external visits that the claims hold a second time."""

from __future__ import annotations

import datetime as dt

from p4dp.simulate.ledger import Insured, Ledger

HOSPITALS = ("130000001", "060000002", "750000003")
#: Illness → group, main and associated diagnosis of a stay.
STAYS = {"heart_failure": ("05M092", "I500", "I10"), "copd": ("04M052", "J440", "J449"), "diabetes": ("10M022", "E116", "I10"),
         "coronary_disease": ("05M062", "I214", "I259"), "stroke": ("01M302", "I639", "I10"), "cancer": ("06M052", "C189", "D649")}  # fmt: skip
_NOBODY = "X" * 16 + "D"


class Hospital(Ledger):
    """What hospitals send, to the PMSI and to the fund."""

    def _external(self, who: Insured, day: dt.date) -> None:
        psa, rank = who.on(day)
        self._order += 1
        number, hospital = f"{self.number:04d}{self._order:04d}"[-8:], HOSPITALS[self.number % 3]
        head = {"ETA_NUM": hospital, "SEQ_NUM": number, "_year": day.year}
        good = {"NIR_RET": "0", "NAI_RET": "0", "SEX_RET": "0", "IAS_RET": "0", "ENT_DAT_RET": "0"}
        bad = self.rng.random() < 0.03
        self.out.tables["T_MCOaaCSTC"].append({**head, "NIR_ANO_17": psa, "RNG_NAI": str(rank), "EXE_SOI_DTD": day, "EXE_SOI_DTF": day, "ENT_DAT": day,
                                               **good, **({"NIR_RET": "1"} if bad else {})})  # fmt: skip
        services = ["CS", "ATU"] if self.rng.random() < 0.3 else ["CS"]
        for service in services:
            self.out.tables["T_MCOaaFCSTC"].append({**head, "ACT_COD": service, "ACT_NBR": 1, "EXE_SPE": "03", "DEL_DAT_ENT": 0})
        # the same care as a claim line for a hospital paid by activity: it must not count twice
        line = self._line(who, day, PRS_NAT_REF="1112", PFS_EXE_NUM="E" * 8, PSE_SPE_COD="3", PFS_PRE_NUM=None, PRE_PRE_DTD=None)
        self._detail(line, "ER_ETE_F", ETE_IND_TAA=1, ETB_EXE_FIN=hospital)
        for service in services if not bad else ():
            self._happened(who, "emergency_visit" if service == "ATU" else "external_visit", service, day)

    def _stay(self, who: Insured, day: dt.date, ghm: str, main: str, associated: str) -> None:
        rng = self.rng
        psa, rank = who.on(day)
        self._order += 1
        number, hospital, nights = f"{self.number:05d}{self._order:05d}", HOSPITALS[self.number % 3], int(rng.integers(1, 12))
        end = day + dt.timedelta(days=nights)
        trap = rng.random()
        head = {"ETA_NUM": hospital, "RSA_NUM": number, "_year": end.year}
        b = {**head, "GRG_GHM": ghm, "GHS_NUM": "1744", "DGN_PAL": main, "DGN_REL": None, "SEJ_NBJ": nights, "NBR_DGN": 2, "TYP_GEN_RSA": "0", "SEJ_TYP": None,
             "SOR_MOD": "8", "ENT_MOD": "8", "ENT_PRV": "5" if rng.random() < 0.4 else None}  # fmt: skip
        c = {**head, "NIR_ANO_17": psa, "RNG_NAI": rank, "EXE_SOI_DTD": day, "EXE_SOI_DTF": end, "ENT_DAT": day, "SOR_DAT": end,
             **dict.fromkeys(("NIR_RET", "NAI_RET", "SEX_RET", "SEJ_RET", "FHO_RET", "PMS_RET", "DAT_RET"), "0")}  # fmt: skip
        lost = True
        if trap < 0.04:
            b["GRG_GHM"] = "90Z00Z"
        elif trap < 0.08:
            b["TYP_GEN_RSA"] = "2"
        elif trap < 0.12:
            b["SEJ_TYP"] = "B"
        elif trap < 0.15:
            c["NAI_RET"] = "1"
        elif trap < 0.17:
            c["NIR_ANO_17"] = _NOBODY
        else:
            lost = False
            if trap < 0.22:
                b["GHS_NUM"] = "9999"  # a study's choice: flagged, kept
        self.out.tables["T_MCOaaB"].append(b)
        self.out.tables["T_MCOaaC"].append(c)
        self.out.tables["T_MCOaaD"].append({**head, "ASS_DGN": associated, "DGN_ASS_NUM": 1})
        self.out.tables["T_MCOaaUM"].append({**head, "DGN_PAL": main, "DGN_REL": None, "UM_ORD_NUM": 1})
        self.out.tables["T_MCOaaA"].append(
            {**head, "CDC_ACT": "DEQP003", "ENT_DAT_DEL": 0, "NBR_EXE_ACT": 1, "ACV_ACT": "1", "PHA_ACT": "0"}
        )
        if lost:
            return
        self._happened(who, "stay", str(b["GRG_GHM"]), day, end, nights)
        for code in (f"{main}/main", f"{associated}/associated", f"{main}/unit"):
            self.out.events.append((who.person.number, "diagnosis", code, day, end, 0))
        self._happened(who, "hospital_act", "DEQP003", day)
