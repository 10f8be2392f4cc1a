"""Who is insured: pseudonyms, the beneficiary register, long-term illness, declared doctors, deaths, and the directory of doctors."""

from __future__ import annotations

import datetime as dt

import numpy as np

from p4dp.simulate.ledger import Insured, Ledger, scramble
from p4dp.simulate.lives import DAY0, Person, assumptions
from p4dp.simulate.practice import Practice

#: CNAM's flag → illnesses that set it
_TOPS = {
    "top_FDiabet_ind": ("diabetes",), "sup_CvIC_cat": ("heart_failure",), "top_CvCoron_chr": ("coronary_disease",), "sup_CvAVC_cat": ("stroke",),
    "top_ABPCOIr_ind": ("asthma", "copd"), "sup_Can_cat": ("cancer",), "sup_FAntiHTA_med_nnexclu": ("hypertension",),
}  # fmt: skip


class Entitlements(Ledger):
    """The fund's registers."""

    def _pfs(self, am_number: str) -> str:
        """How the extract names a doctor: encrypted, or by the own number without its key."""
        return am_number[:8] if self.setting.clear_practitioners else scramble("pfs", am_number)[:8]

    def _directory(self, practice: Practice) -> None:
        """The doctors of the neighbourhood as the fund lists them, and beside the extract which number is whose."""
        department = practice.commune[:3] if practice.commune.startswith("97") else f"{practice.commune[:2]}1"
        for doctor in practice.doctors if not practice.salaried else []:  # a centre is no doctor: its number is in no directory
            number = self._pfs(doctor["am_number"])
            self.out.tables["DA_PRA_R"].append({
                "PFS_PFS_NUM": number, "STA_PFS_NUM": number, "PFS_PRA_SPE": "1", "CAI_NUM": department, "DTE_ANN_TRT": DAY0.year - 1,
                "DTE_MOI_FIN": 12, "PFS_EXC_COM": None, "_year": DAY0.year - 1,
            })  # fmt: skip
            self.out.doctors.append((doctor["am_number"], number))

    def _nobody_in_particular(self, practice: Practice) -> None:
        """A pseudonym under which services without a person are paid: flagged, never deleted."""
        number = self.number * 1_000_000 + 999_999
        psa, day = scramble("fictive", self.setting.seed, number), DAY0 - dt.timedelta(days=100)
        self.out.people.append((number, psa, 1))
        self.out.tables["IR_BEN_R"].append({
            "BEN_NIR_PSA": psa, "BEN_RNG_GEM": 1, "BEN_NIR_ANO": None, "BEN_IDT_ANO": f"{psa}1", "BEN_IDT_TOP": 0, "BEN_CDI_NIR": "14",
            "BEN_NAI_ANN": 1955, "BEN_NAI_MOI": 1, "BEN_SEX_COD": 1, "BEN_DCD_DTE": dt.date(1600, 1, 1), "BEN_RES_DPT": "999", "BEN_RES_COM": "999",
            "BEN_DTE_INS": dt.date(2010, 1, 1), "BEN_DTE_MAJ": dt.date(2015, 1, 1),
        })  # fmt: skip
        self.out.tables["ER_PRS_F"].append({
            **self._key(day, False), "BEN_NIR_PSA": psa, "BEN_RNG_GEM": 1, "BEN_CDI_NIR": "14", "EXE_SOI_DTD": day, "EXE_SOI_DTF": day, "PRS_ACT_QTE": 1,
            "PRS_ACT_COG": 1, "DPN_QLF": 0, "CPL_MAJ_TOP": 0, "RGM_COD": 888, "RGM_GRG_COD": 1, "PRS_NAT_REF": "1110", "PSE_SPE_COD": "01",
            "PFS_EXE_NUM": self._doctors[practice.owners[0]["practitioner_id"]],
        })  # fmt: skip
        self.out.events.append((number, "gp_visit", "1110", day, day, 1))

    def _insured(self, p: Person) -> Insured | None:
        """The person's pseudonyms; the same in whichever neighbourhood they are asked. None: no claims at all."""
        rng = np.random.default_rng([self.setting.seed, p.number, 12])
        if rng.random() < self.country["without_claims"]:
            return None
        # same-sex twins of one insured cannot be told apart but by rank
        insured_key = (p.commune, p.street, p.birth, p.sex)
        rank = 1 + p.number % 2 if p.twin else 1
        own = None if rng.random() < 0.03 else scramble("own", self.setting.seed, p.number)
        ranks = [(scramble("psa", self.setting.seed, *insured_key, "" if p.twin else p.number), rank, dt.date(1900, 1, 1))]
        if rng.random() < self.country["two_pseudonyms"]:
            change = DAY0 - dt.timedelta(days=int(rng.integers(30, 365 * self.setting.years)))
            ranks.append((scramble("psa2", self.setting.seed, p.number), 1, change))
        if own is None:  # without an own number nothing tells that two pseudonyms are one human
            ranks = ranks[:1]
        return Insured(p, own, ranks)

    def _register(self, p: Person) -> Insured | None:
        found = self._insured(p)
        if found is None:
            return None
        rng = np.random.default_rng([self.setting.seed, p.number, 13])
        self.out.identities.append((p.number, p.nir[:13], f"{p.birth:%Y%m%d}", "1" if p.sex == "male" else "2"))
        for n, (psa, rank, since) in enumerate(found.ranks):
            self.out.people.append((p.number, psa, rank))
            # the archive keeps first pseudonyms; an earlier row can lack the own number that a later one of the same rank has
            table = "IR_BEN_R_ARC" if n == 0 and len(found.ranks) > 1 else "IR_BEN_R"
            for copy in range(2 if rng.random() < 0.05 else 1):
                own = None if copy == 1 else found.own
                self.out.tables[table].append({
                    "BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank, "BEN_NIR_ANO": own, "BEN_IDT_ANO": own or f"{psa}{rank}", "BEN_IDT_TOP": int(own is not None),
                    "BEN_CDI_NIR": "00" if own else "03", "BEN_NAI_ANN": p.birth.year if rng.random() > 0.01 else 1600, "BEN_NAI_MOI": p.birth.month,
                    "BEN_SEX_COD": 1 if p.sex == "male" else 2, "BEN_DCD_DTE": p.death or dt.date(1600, 1, 1),
                    "BEN_RES_DPT": f"0{p.commune[:2]}"[:3] if not p.commune.startswith("97") else p.commune[:3], "BEN_RES_COM": p.commune[-3:],
                    "BEN_DTE_INS": max(since, dt.date(2010, 1, 1)), "BEN_DTE_MAJ": max(since, dt.date(2015, 1, 1)),
                })  # fmt: skip
        return found

    def _flags(self, who: Insured) -> None:
        """CNAM's own disease flags of the last two years, from what is known to any doctor."""
        psa, rank, _ = who.ranks[0]
        for year in (DAY0.year - 2, DAY0.year - 1):
            known = set(who.person.known(dt.date(year, 12, 31)))
            tops = {top: int(bool(known & set(names))) for top, names in _TOPS.items()}
            self.out.tables["CT_IND"].append(
                {
                    "id_carto": f"{who.own}U" if who.own else f"{psa}{rank}",
                    "ben_nai_ann": who.person.birth.year,
                    **tops,
                    "_year": year,
                }
            )

    def _rights(self, who: Insured, practice: Practice) -> None:
        """Long-term illness, declared GP, death and its causes."""
        rng, p = self.rng, who.person
        psa, rank, _ = who.ranks[0]
        who_row = {"BEN_NIR_PSA": psa, "BEN_RNG_GEM": rank}
        self._flags(who)
        for name in p.known(DAY0):
            illness, told = assumptions()["conditions"][name], rng.random()
            if not illness["ald"] or rng.random() < 0.2:
                continue
            start = p.conditions[name]
            end = dt.date(1600, 1, 1) if told < 0.5 else start + dt.timedelta(days=3650)
            number = (
                99 if told > 0.9 and name == "diabetes" else illness["ald"]
            )  # a number outside 1 to 32 is told by the diagnosis
            self.out.tables["IR_IMB_R"].append({**who_row, "IMB_ALD_DTD": start, "IMB_ALD_DTF": end, "IMB_ALD_NUM": number, "IMB_ETM_NAT": "41",
                                                "MED_MTF_COD": illness["cim"], "MED_NCL_IDT": "CIM10"})  # fmt: skip
            self.out.events.append(
                (p.number, "long_term_illness", str(illness["ald"]), start, None if end.year == 1600 else end, 0)
            )
        if rng.random() < 0.03:  # a work accident is no long-term illness
            self.out.tables["IR_IMB_R"].append({**who_row, "IMB_ALD_DTD": DAY0 - dt.timedelta(days=300), "IMB_ALD_DTF": DAY0, "IMB_ALD_NUM": 0, "IMB_ETM_NAT": "11",
                                                "MED_MTF_COD": None, "MED_NCL_IDT": None})  # fmt: skip
        for declared, since, until in practice.declarations(p):
            doctor = self._doctors[declared["practitioner_id"]]
            self.out.tables["IR_MTT_R"].append(
                {**who_row, "MTT_PFS_NUM": doctor, "MTT_DEP_DTE": since, "MTT_FIN_DTE": until or dt.date(1600, 1, 1)}
            )
            self.out.events.append((p.number, "declared_gp", doctor, since, until, 0))
        if p.death:
            self._happened(who, "death", "", p.death, quantity=0)
            if rng.random() < self.country["causes_known"]:
                ident = who.own or f"{psa}{rank}"
                certificate = scramble("certificate", p.number)
                self.out.tables["KI_CCI_R"].append(
                    {
                        "DCD_IDT_ENC": certificate,
                        "BEN_IDT_ANO": ident,
                        "BEN_NIR_ANO": who.own,
                        "DCD_CIM_COD": "I500",
                        "BEN_DCD_DTE": p.death,
                    }
                )
                self.out.tables["KI_ECD_R"].append(
                    {"DCD_IDT_ENC": certificate, "BEN_IDT_ANO": ident, "ECD_CIM_COD": "I10", "ECD_CAU_RNG": 1}
                )
                for code in ("I500/initial", "I10/contributing"):
                    self.out.events.append((p.number, "cause_of_death", code, p.death, p.death, 0))
