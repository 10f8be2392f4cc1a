"""T_MCOaaB: one stay."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_b",
    "T_MCOaaB",
    "One stay.",
    ("ETA_NUM", "RSA_NUM"),
    """
    AGE_ANN | count 3 |  | 2005 | Age · year.
    AGE_GES | count 2 |  | 2008 | Age · gestation.
    AGE_JOU | count 3 |  | 2005 | Age · days.
    ANT_SUP_NBR | count 3 |  | 2012 | Before · supplement · count.
    AUT_PGV_NBR | count 1 |  | 2012 | Authorisation · PGV · count.
    BDI_COD | text 5 |  | 2005 | Residence · code.
    BDI_DEP | text 2 |  | 2005 | Residence · start.
    BEB_SEJ | text 1 |  | 2005 | BEB · stay.
    BEH_NBJ | count 4 |  | 2005 | BEH · days.
    CAI_SUP_NBR | count 3 |  | 2006 | Local fund · supplement · count.
    COD_SEX | text 1 |  | 2005 | Code · sex.
    DEL_REG_ENT | count 3 |  | 2011 | Delay · region · entry.
    DGN_PAL | text 6 | MS_CIM_V:CIM_COD | 2005 | Main diagnosis.
    DGN_REL | text 6 | MS_CIM_V:CIM_COD | 2005 | Related diagnosis.
    DOS_TYP | text 1 |  | 2009 | DOS · type.
    ENT_MOD | text 1 | MS_SOR_V:SOR_MOD_COD | 2005 | Way of entry.
    ENT_PRV | text 1 | MS_PRV_V:PRV_COD | 2005 | Entry · origin.
    ETA_NUM | code 9 |  | 2005 | FINESS of the hospital.
    ETE_GHS_NUM | code 4 |  | 2005 | Hospital · tariff group · number.
    EXB_NBJ | count 3 |  | 2009 | EXB · days.
    GHS_9615_ACT | count 3 |  | 2009 | Tariff group · 9615 · act.
    GHS_HS_INNOV | code 4 |  | 2015 | Tariff group · HS · INNOV.
    GHS_NUM | code 4 |  | 2005 | Tariff of the stay.
    GRC_GHM | text 6 |  | 2005 | Regrouping · diagnosis group.
    GRC_RET | code 1 |  | 2005 | Regrouping · return code.
    GRC_VER | code 2 |  | 2005 | Regrouping · version.
    GRG_GHM | text 6 |  | 2005 | Group of the stay.
    GRG_RET | code 1 |  | 2005 | Grouping · return code.
    GRG_VER | text 2 |  | 2005 | Grouping · version.
    INNOV_NUM | text 15 |  | 2011 | INNOV · number.
    MACH_TYP_RAD | text 1 |  | 2009 | MACH · type · RAD.
    NBR_ACT | count 5 |  | 2005 | Count · act.
    NBR_DGN | count 3 |  | 2005 | Count · diagnosis.
    NBR_RUM | count 2 |  | 2005 | Count · unit summary.
    NBR_SEA | count 2 |  | 2005 | Count · SEA.
    NBR_SUP_NN1 | count 3 |  | 2005 | Count · supplement · NN1.
    NBR_SUP_NN2 | count 3 |  | 2005 | Count · supplement · NN2.
    NBR_SUP_NN3 | count 3 |  | 2005 | Count · supplement · NN3.
    NBR_SUP_REA | count 3 |  | 2005 | Count · supplement · REA.
    NBR_SUP_REP | count 3 |  | 2007 | Count · supplement · REP.
    NBR_SUP_SOI | count 3 |  | 2005 | Count · supplement · care.
    NBR_SUP_SRC | count 3 |  | 2005 | Count · supplement · SRC.
    NBR_SUP_STF | count 3 |  | 2005 | Count · supplement · STF.
    PAS_LIT_DED | code 1 |  | 2005 | PAS · LIT · DED.
    PLO_ACT | code 1 |  | 2005 | PLO · act.
    POI_NAI | code 4 |  | 2005 | Weight · birth.
    RSA_NUM | code 10 |  | 2005 | Number of the stay summary.
    RSS_NUM | text 3 |  | 2005 | Standard summary · number.
    RTH_SUP_NBR | count 1 |  | 2011 | RTH · supplement · count.
    SEJ_COD_CONF | text 1 |  | 2009 | Stay · code · CONF.
    SEJ_NBJ | count 4 |  | 2005 | Nights.
    SEJ_TYP | text 1 |  | 2005 | A: the hospital works for another; B: another works for it.
    SEQ_RUM | code 2 |  | 2008 | Sequence · unit summary.
    SOR_ANN | year 4 |  | 2005 | Discharge · year.
    SOR_DES | text 1 | MS_PRV_V:PRV_COD | 2005 | Discharge · destination.
    SOR_MOD | text 1 | MS_SOR_V:SOR_MOD_COD | 2005 | Way of discharge; 9 is death.
    SOR_MOI | month 2 |  | 2005 | Discharge · month.
    SUP_ENT_DPA | code 2 |  | 2006 | Supplement · entry · DPA.
    SUP_ENT_DPC | code 2 |  | 2006 | Supplement · entry · DPC.
    SUP_ENT_HEM | code 2 |  | 2006 | Supplement · entry · HEM.
    SUP_HEM_HS | code 3 |  | 2006 | Supplement · HEM · HS.
    SUP_RAD_PED | code 2 |  | 2012 | Supplement · RAD · PED.
    TAR_SEQ_NUM | text 3 |  | 2010 | Tariff · sequence · number.
    TOP_AVASTIN | code 1 |  | 2016 | Flag · AVASTIN.
    TOP_DEF_CARD | code 1 |  | 2017 | Flag · DEF · CARD.
    TOP_GHS_MIN_SUS | code 1 |  | 2015 | Flag · tariff group · minimum · SUS.
    TOP_VLV_AOR | code 1 |  | 2013 | Flag · VLV · AOR.
    TYP_GEN_RSA | code 1 |  | 2015 | How the summary was made; 0 is normal.
    UHCD_TOP | code 1 |  | 2009 | Short unit · flag.
    NBR_NAIS_ANT | count 2 |  | 2015-2017 | Count · NAIS · before.
    GHS_9512_ACT | count 8 |  | 2008-2009 | Tariff group · 9512 · act.
    GHS_9515_ACT | count 8 |  | 2008-2009 | Tariff group · 9515 · act.
    GHS_9511_ACT | count 8 |  | 2008-2009 | Tariff group · 9511 · act.
    GHS_9619_ACT | count 8 |  | 2009-2011 | Tariff group · 9619 · act.
    GHS_9610_ACT | count 8 |  | 2009-2011 | Tariff group · 9610 · act.
    NBR_IVG_ANT | count 2 |  | 2015-2017 | Count · IVG · before.
    GHS_9620_ACT | count 8 |  | 2009-2011 | Tariff group · 9620 · act.
    NBR_SUP_SSC | count 8 |  | 2006-2009 | Count · supplement · SSC.
    GHS_9622_ACT | count 8 |  | 2010-2011 | Tariff group · 9622 · act.
    GHM_24707Z_ACT | count 3 |  | 2005-2008 | Diagnosis group · 24707Z · act.
    GHS_9621_ACT | count 8 |  | 2009-2011 | Tariff group · 9621 · act.
    NBR_SEA_SROS | count 8 |  | 2006-2009 | Count · SEA · SROS.
    GHM_24706Z_ACT | count 3 |  | 2005-2008 | Diagnosis group · 24706Z · act.
    GHM_24705Z_ACT | count 3 |  | 2005-2008 | Diagnosis group · 24705Z · act.
    FAIS_NBR | count 8 |  | 2010-2015 | FAIS · count.
    GHS_9611_ACT | count 8 |  | 2009-2011 | Tariff group · 9611 · act.
    GHS_9612_ACT | count 8 |  | 2009-2011 | Tariff group · 9612 · act.
    GHS_9510_ACT | count 8 |  | 2008-2009 | Tariff group · 9510 · act.
    GHS_9524_ACT | count 8 |  | 2008-2009 | Tariff group · 9524 · act.
    DLY_ACT | text 4 |  | 2005-2015 | DLY · act.
    GHS_6523_ACT | code 8 |  | 2009-2011 | Tariff group · 6523 · act.
    NBR_SUP_SRA | count 8 |  | 2006-2009 | Count · supplement · SRA.
    COD_IGS | text 3 |  | 2005-2010 | Code · IGS.
    ANN_IVG_PREC | year 4 |  | 2015-2017 | Year · IVG · PREC.
    """,
)
